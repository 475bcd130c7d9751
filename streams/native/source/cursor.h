/* A place in bytes that somebody sent, and where they end: the only way to reach them.
 *
 * Each function looks at the end before it reads, and says what it could not read: -1 for a
 * byte, NULL for a run, 0 for a number.
 */
#ifndef CONSENTRY_CURSOR_H
#define CONSENTRY_CURSOR_H

#include "native.h"

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} Cursor;

/* Bytes within what a cursor goes over. */
typedef struct {
    const uint8_t *start;
    Py_ssize_t size;
} Span;

static inline Cursor
cursor_over(const uint8_t *start, Py_ssize_t size)
{
    return (Cursor){start, start + size};
}

static inline Py_ssize_t
bytes_left(const Cursor *cursor)
{
    return cursor->end - cursor->at;
}

static inline int
next_byte(Cursor *cursor)
{
    return cursor->at < cursor->end ? *cursor->at++ : -1;
}

/* The next `size` bytes, which are passed. */
static inline const uint8_t *
next_bytes(Cursor *cursor, int64_t size)
{
    if (size < 0 || size > bytes_left(cursor)) {
        return NULL;
    }
    const uint8_t *start = cursor->at;
    cursor->at += size;
    return start;
}

/* A number of at most `at_most` bytes, zigzag (Avro and Kafka write it alike); 9 fill 63 bits. */
static inline int
next_number(Cursor *cursor, int at_most, int64_t *number)
{
    uint64_t value = 0;
    for (int count = 0; count < at_most; count++) {
        int byte = next_byte(cursor);
        if (byte < 0) {
            return 0;
        }
        value |= (uint64_t)(byte & 0x7F) << (7 * count);
        if (byte < 0x80) {
            *number = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
            return 1;
        }
    }
    return 0;
}

#endif
