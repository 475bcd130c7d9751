/* msgpack, in the shortest form of each value, as msgspec writes it: two passes over one recipe.
 *
 * The first adds up the sizes, the second writes into room that was made for just that.
 */
#ifndef CONSENTRY_PACK_H
#define CONSENTRY_PACK_H

#include "native.h"

static inline uint8_t *
put_big_endian(uint8_t *at, uint64_t value, int bytes)
{
    for (int place = bytes - 1; place >= 0; place--) {
        *at++ = (uint8_t)(value >> (8 * place));
    }
    return at;
}

static inline Py_ssize_t
int_size(int64_t value)
{
    if (value >= 0) {
        return value < 0x80 ? 1 : value <= UINT8_MAX ? 2 : value <= UINT16_MAX ? 3
               : value <= UINT32_MAX ? 5 : 9;
    }
    return value >= -32 ? 1 : value >= INT8_MIN ? 2 : value >= INT16_MIN ? 3
           : value >= INT32_MIN ? 5 : 9;
}

static inline uint8_t *
put_int(uint8_t *at, int64_t value)
{
    Py_ssize_t size = int_size(value);
    if (size == 1) {
        *at++ = (uint8_t)value;
        return at;
    }
    uint8_t first = value >= 0 ? 0xCC : 0xD0;
    *at++ = first + (size == 2 ? 0 : size == 3 ? 1 : size == 5 ? 2 : 3);
    return put_big_endian(at, (uint64_t)value, (int)size - 1);
}

/* What stands before a text, and before bytes. */
static inline Py_ssize_t
text_head_size(Py_ssize_t size)
{
    return size < 32 ? 1 : size <= UINT8_MAX ? 2 : size <= UINT16_MAX ? 3 : 5;
}

static inline Py_ssize_t
bytes_head_size(Py_ssize_t size)
{
    return size <= UINT8_MAX ? 2 : size <= UINT16_MAX ? 3 : 5;
}

static inline uint8_t *
put_head(uint8_t *at, uint8_t first, Py_ssize_t size)
{
    int wide = size <= UINT8_MAX ? 1 : size <= UINT16_MAX ? 2 : 4;
    *at++ = first + (wide == 1 ? 0 : wide == 2 ? 1 : 2);
    return put_big_endian(at, (uint64_t)size, wide);
}

static inline uint8_t *
put_text(uint8_t *at, const char *text, Py_ssize_t size)
{
    if (size < 32) {
        *at++ = (uint8_t)(0xA0 | size);
    }
    else {
        at = put_head(at, 0xD9, size);
    }
    memcpy(at, text, (size_t)size);
    return at + size;
}

static inline uint8_t *
put_bytes(uint8_t *at, const char *bytes, Py_ssize_t size)
{
    at = put_head(at, 0xC4, size);
    memcpy(at, bytes, (size_t)size);
    return at + size;
}

#endif
