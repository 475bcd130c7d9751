/* What all of these files share: Python's header, and how a function answers.
 *
 * Bytes that producers sent are read here. So that nobody has to trust a length in them, every
 * byte is reached through `cursor.h`; whatever is not as most records are is LONG_WAY, and then
 * Python reads it again from its start and decides alone. Nothing is refused here.
 */
#ifndef CONSENTRY_NATIVE_H
#define CONSENTRY_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define FAILED (-1)  /* an exception is set */
#define LONG_WAY 0   /* none is set: ask the Python that this stands in for */
#define READ 1

/* Ask for memory that is used soon; a compiler that cannot does nothing. */
#ifdef __GNUC__
#define PREFETCH(at) __builtin_prefetch(at)
#else
#define PREFETCH(at) ((void)(at))
#endif

#endif
