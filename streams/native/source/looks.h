/* The guard's first look (`streams.wire.pii.plainly_clean`), for texts that plainly pass it. */
#ifndef CONSENTRY_LOOKS_H
#define CONSENTRY_LOOKS_H

#include "native.h"

/* Whether a text is a run of letters, digits, `_` and `-` that is surely no personal value.
 *
 * Where this says no, Python looks: a short run that begins with a digit may be a number.
 */
int plainly_clean(const uint8_t *text, Py_ssize_t size);

#endif
