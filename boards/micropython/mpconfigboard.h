// A node of Torpor on a module with 4 MiB of flash or more.

#define MICROPY_HW_BOARD_NAME "Torpor"
#define MICROPY_HW_MCU_NAME CONFIG_IDF_TARGET

// The serial port is there in each wake; a chip's own USB goes when it sleeps.
#define MICROPY_HW_ENABLE_UART_REPL (1)
