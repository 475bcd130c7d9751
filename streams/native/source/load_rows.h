/* Rows of the changelog, as they are taken into memory. */
#ifndef CONSENTRY_LOAD_ROWS_H
#define CONSENTRY_LOAD_ROWS_H

#include "native.h"

/* Before it is called. */
int load_rows_init(void);

/* load_rows(records, buckets, shift, progress_key, progress) */
PyObject *load_rows(PyObject *module, PyObject *args);

#endif
