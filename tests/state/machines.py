"""Trees of system files as they are on real machines, cut down to what is read of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

PCI: Final = "sys/devices/pci0000:00"
NETWORK: Final = "sys/class/net"
BLOCK: Final = "sys/class/block"

LAPTOP: Final[Mapping[str, str]] = {
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "sys/class/dmi/id/product_uuid": "4C4C4544-0042-3010-8051-B7C04F4E3233\n",
    "sys/class/dmi/id/board_serial": "/8Q0NN33/CNCMK0012A00B1/\n",
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: Example CPU  3000 @ 2.30GHz\n",
    f"{PCI}/0000:00:1f.6/removable": "fixed\n",
    f"{PCI}/0000:00:1f.6/net/enp0s31f6/address": "a4:bb:6d:00:00:01\n",
    f"{PCI}/0000:00:1f.6/net/enp0s31f6/addr_assign_type": "0\n",
    f"{PCI}/0000:00:14.3/net/wlp0s20f3/address": "9c:fc:e8:00:00:02\n",
    f"{PCI}/0000:00:14.3/net/wlp0s20f3/addr_assign_type": "0\n",
    f"{PCI}/0000:00:14.3/ieee80211/phy0/macaddress": "9c:fc:e8:00:00:02\n",
    f"{PCI}/0000:01:00.0/nvme/nvme0/model": "Example SSD\n",
    f"{PCI}/0000:01:00.0/nvme/nvme0/nvme0n1/wwid": "eui.0025385a01234567\n",
    f"{PCI}/0000:01:00.0/nvme/nvme0/nvme0n1/removable": "0\n",
}
LAPTOP_LINKS: Final[Mapping[str, str]] = {
    f"{NETWORK}/enp0s31f6": f"{PCI}/0000:00:1f.6/net/enp0s31f6",
    f"{PCI}/0000:00:1f.6/net/enp0s31f6/device": f"{PCI}/0000:00:1f.6",
    f"{NETWORK}/wlp0s20f3": f"{PCI}/0000:00:14.3/net/wlp0s20f3",
    f"{PCI}/0000:00:14.3/net/wlp0s20f3/device": f"{PCI}/0000:00:14.3",
    f"{PCI}/0000:00:14.3/net/wlp0s20f3/phy80211": f"{PCI}/0000:00:14.3/ieee80211/phy0",
    f"{BLOCK}/nvme0n1": f"{PCI}/0000:01:00.0/nvme/nvme0/nvme0n1",
    f"{PCI}/0000:01:00.0/nvme/nvme0/nvme0n1/device": f"{PCI}/0000:01:00.0/nvme/nvme0",
}
USB: Final = f"{PCI}/0000:00:14.0/usb2/2-1/2-1:1.0"
BOLT: Final = f"{PCI}/0000:00:07.0/0000:03:00.0"
DOCK: Final[Mapping[str, str]] = {
    f"{USB}/net/enp0s20f0u1/address": "00:50:b6:aa:bb:cc\n",
    f"{USB}/net/enp0s20f0u1/addr_assign_type": "0\n",
    f"{USB}/block/sda/device/wwid": "naa.5000000000000001\n",
    f"{BOLT}/removable": "removable\n",
    f"{BOLT}/net/enp3s0/address": "00:00:5e:00:53:01\n",
    f"{BOLT}/net/enp3s0/addr_assign_type": "0\n",
}
"""A dock with an adapter and a disk on USB, and an adapter on Thunderbolt."""
DOCK_LINKS: Final[Mapping[str, str]] = {
    f"{NETWORK}/enp0s20f0u1": f"{USB}/net/enp0s20f0u1",
    f"{USB}/net/enp0s20f0u1/device": USB,
    f"{BLOCK}/sda": f"{USB}/block/sda",
    f"{NETWORK}/enp3s0": f"{BOLT}/net/enp3s0",
    f"{BOLT}/net/enp3s0/device": BOLT,
}
CLOUD: Final[Mapping[str, str]] = {
    "etc/machine-id": "ec2d0000000000000000000000000001\n",
    "sys/class/dmi/id/product_uuid": "ec2e1916-9099-7caf-fd21-012345abcdef\n",
    "sys/class/dmi/id/board_serial": "Not Specified\n",
    f"{NETWORK}/ens5/address": "0a:58:a9:fe:ac:01\n",
    f"{NETWORK}/ens5/addr_assign_type": "0\n",
    f"{NETWORK}/ens5/device/vendor": "0x1d0f\n",
    f"{BLOCK}/nvme0n1/wwid": "nvme.1d0f-766f6c3031-416d617a6f6e-00000001\n",
    f"{BLOCK}/nvme0n1/device/model": "Amazon Elastic Block Store\n",
    "proc/cpuinfo": "processor\t: 0\nBogoMIPS\t: 243.75\nCPU part\t: 0xd0c\n",
}
"""A machine in a cloud, with a processor of Arm's and an address that the hypervisor gave."""
CONTAINER: Final[Mapping[str, str]] = {
    "etc/machine-id": "uninitialized\n",
    f"{NETWORK}/eth0/address": "02:42:ac:11:00:02\n",
    f"{NETWORK}/eth0/addr_assign_type": "3\n",
    f"{NETWORK}/lo/address": "00:00:00:00:00:00\n",
    f"{BLOCK}/loop0/removable": "0\n",
    "proc/cpuinfo": "processor\t: 0\nmodel name\t: Example CPU 3000\n",
}
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "etc/machine-id": "5f0d00000000000000000000000000aa\n",
    "sys/class/dmi/id/product_uuid": "03000200-0400-0500-0006-000700080009\n",
    "sys/class/dmi/id/board_serial": "To Be Filled By O.E.M.\n",
    f"{BLOCK}/sda/device/wwid": "t10.ATA     QEMU HARDDISK                           QM00001 \n",
    "proc/cpuinfo": "processor\t: 0\n",
}


def build(root: Path, files: Mapping[str, str], links: Mapping[str, str] | None = None) -> Path:
    """Write the files and links of a machine below `root`, and return it."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for name, target in (links or {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(root / target)
    return root


def cores(count: int) -> str:
    """Return what the kernel says of a processor with many cores, about 1.5 kB for each."""
    core = f"processor\t: {{}}\nmodel name\t: Example CPU 9000\nflags\t\t: {'avx512 ' * 200}\n\n"
    return "".join(core.format(number) for number in range(count))
