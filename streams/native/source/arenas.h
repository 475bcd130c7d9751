/* Python's memory for small objects in pages of 2 MiB. */
#ifndef CONSENTRY_ARENAS_H
#define CONSENTRY_ARENAS_H

#include "native.h"

/* From here on arenas come from regions that the kernel is asked to give such pages to; whether
 * there can be any on this platform. A second time changes nothing. */
PyObject *arenas_in_huge_pages(PyObject *module, PyObject *none);

#endif
