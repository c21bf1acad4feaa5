# Torpor frozen into MicroPython, for any chip of the family (docs/start.md):
#   make firmware
#   make -C micropython/ports/esp32 BOARD=TORPOR BOARD_DIR=$PWD/boards/micropython TORPOR_CHIP=esp32c3
# TORPOR_CHIP is esp32 where left out.
set(chip esp32)
if(DEFINED ENV{TORPOR_CHIP})
    set(chip $ENV{TORPOR_CHIP})
endif()
include(boards/mpconfigboard_${chip}_common.cmake)

list(APPEND SDKCONFIG_DEFAULTS ${MICROPY_BOARD_DIR}/sdkconfig.board)
set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
