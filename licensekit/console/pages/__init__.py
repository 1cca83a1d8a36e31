"""The screens, one module each: functions from a visit to a page, or to a change and then a page."""
