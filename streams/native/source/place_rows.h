/* Rows of the changelog, as they are taken into a database on disk. */
#ifndef CONSENTRY_PLACE_ROWS_H
#define CONSENTRY_PLACE_ROWS_H

#include "native.h"

/* place_rows(rows, put, delete) */
PyObject *place_rows(PyObject *module, PyObject *args);

#endif
