/* What was met before, by the bytes that it was read from, so that texts that come again are one.
 *
 * Each run of bytes has one place, and takes it from what was there: so a table never grows, and
 * no choice of bytes makes it slow.
 */
#ifndef CONSENTRY_MET_H
#define CONSENTRY_MET_H

#include "cursor.h"

#define MET_PLACES 1024     /* a power of two */
#define MET_MAX_BYTES 256   /* longer runs hardly come again, and take memory */

typedef struct {
    uint64_t hash;
    PyObject *raw;    /* bytes; NULL: nothing was met */
    PyObject *value;
} Met;

static inline uint64_t
hash_of(Span raw)
{
    uint64_t hash = 0x9E3779B97F4A7C15u ^ (uint64_t)raw.size;
    const uint8_t *at = raw.start;
    Py_ssize_t left = raw.size;
    while (left > 0) {
        uint64_t part = 0;
        size_t size = left < 8 ? (size_t)left : 8;
        memcpy(&part, at, size);
        hash = (hash ^ part) * 0xFF51AFD7ED558CCDu;
        hash ^= hash >> 32;
        at += size;
        left -= (Py_ssize_t)size;
    }
    return hash;
}

/* What these bytes gave when they were met last, a new reference, or NULL. */
static inline PyObject *
met_before(const Met *met, Span raw, uint64_t hash)
{
    const Met *one = &met[hash & (MET_PLACES - 1)];
    if (one->raw != NULL && one->hash == hash && PyBytes_GET_SIZE(one->raw) == raw.size
        && memcmp(PyBytes_AS_STRING(one->raw), raw.start, (size_t)raw.size) == 0) {
        return Py_NewRef(one->value);
    }
    return NULL;
}

int met_now(Met *met, Span raw, uint64_t hash, PyObject *value);
void met_clear(Met *met);

#endif
