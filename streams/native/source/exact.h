/* Where a fuzzer looks on, bytes are read from a copy that ends where they end.
 *
 * Python keeps a zero behind the bytes of an object, so that a reader which goes one too far
 * would be seen by no sanitizer.
 */
#ifndef CONSENTRY_EXACT_H
#define CONSENTRY_EXACT_H

#include "native.h"

#ifdef CONSENTRY_FUZZ
#include <stdlib.h>

static inline const uint8_t *
exact_copy(PyObject *bytes)
{
    size_t size = (size_t)PyBytes_GET_SIZE(bytes);
    uint8_t *copy = malloc(size ? size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, PyBytes_AS_STRING(bytes), size);
    return copy;
}

#define EXACT(bytes) exact_copy(bytes)
#define EXACT_END(start) free((void *)(start))
#else
#define EXACT(bytes) ((const uint8_t *)PyBytes_AS_STRING(bytes))
#define EXACT_END(start) ((void)(start))
#endif

#endif
