"""The text files beside modules, and the version."""

from PyInstaller.utils.hooks import collect_data_files, copy_metadata

datas = collect_data_files("licensekit") + copy_metadata("licensekit-files")
