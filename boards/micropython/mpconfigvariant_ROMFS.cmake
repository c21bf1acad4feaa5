# The library in a ROMFS that torpor flash writes, and nothing of it frozen.
list(APPEND SDKCONFIG_DEFAULTS ${MICROPY_BOARD_DIR}/sdkconfig.romfs)
list(APPEND MICROPY_DEF_BOARD MICROPY_VFS_ROM=1)
set(MICROPY_FROZEN_MANIFEST ${CMAKE_CURRENT_LIST_DIR}/boards/manifest.py)
