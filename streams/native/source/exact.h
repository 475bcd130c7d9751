/* Where a fuzzer looks on, bytes are read from a copy that ends where they end.
 *
 * Python keeps a zero behind the bytes of an object, so that a reader which goes one too far
 * would be seen by no sanitizer; behind a record of several stands the next one.
 */
#ifndef CONSENTRY_EXACT_H
#define CONSENTRY_EXACT_H

#include "native.h"

#ifdef CONSENTRY_FUZZ
#include <stdlib.h>

static inline const uint8_t *
exact_copy(const void *start, Py_ssize_t size)
{
    uint8_t *copy = malloc(size ? (size_t)size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, start, (size_t)size);
    return copy;
}

#define EXACT(bytes) exact_copy(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes))
#define EXACT_RUN(start, size) exact_copy(start, size)
#define EXACT_END(start) free((void *)(start))
#else
#define EXACT(bytes) ((const uint8_t *)PyBytes_AS_STRING(bytes))
#define EXACT_RUN(start, size) (start)
#define EXACT_END(start) ((void)(start))
#endif

#endif
