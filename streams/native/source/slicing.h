/* Checksums by table, eight bytes at a time: https://doi.org/10.1109/TC.2008.85 (slicing). */
#ifndef CONSENTRY_SLICING_H
#define CONSENTRY_SLICING_H

#include "native.h"

typedef uint32_t Slices[8][256];

/* The polynomial is reflected, as all of these are. */
static inline void
slices_init(Slices slices, uint32_t polynomial)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? polynomial : 0);
        }
        slices[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int place = 1; place < 8; place++) {
            uint32_t before = slices[place - 1][byte];
            slices[place][byte] = (before >> 8) ^ slices[0][before & 0xFF];
        }
    }
}

static inline uint32_t
by_slices(Slices slices, uint32_t crc, const uint8_t *at, Py_ssize_t size)
{
    for (; size >= 8; size -= 8, at += 8) {
        uint32_t low = crc ^ ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16
                              | (uint32_t)at[3] << 24);
        crc = slices[7][low & 0xFF] ^ slices[6][(low >> 8) & 0xFF]
              ^ slices[5][(low >> 16) & 0xFF] ^ slices[4][low >> 24] ^ slices[3][at[4]]
              ^ slices[2][at[5]] ^ slices[1][at[6]] ^ slices[0][at[7]];
    }
    while (size-- > 0) {
        crc = (crc >> 8) ^ slices[0][(crc ^ *at++) & 0xFF];
    }
    return crc;
}

#endif
