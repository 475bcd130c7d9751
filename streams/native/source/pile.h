/* Records of one subject, one after the other in one run of memory.
 *
 * Subjects have their turn in the order of their names, long after their records came: as objects
 * these lay all over the memory, and to fetch them took longer than to read them.
 */
#ifndef CONSENTRY_PILE_H
#define CONSENTRY_PILE_H

#include "cursor.h"

typedef struct {
    PyObject_HEAD
    uint8_t *bytes;   /* for each record a `PileHead`, then its bytes with their header */
    Py_ssize_t size;  /* how many of the bytes are filled */
    Py_ssize_t room;
    Py_ssize_t count;  /* how many records there are */
    Py_ssize_t at;     /* where the next one to be read stands */
} Pile;

/* Where a record stood. */
typedef struct {
    PyObject *file;  /* the pile has a reference to it for each record */
    int64_t number;
    Py_ssize_t size;  /* of the bytes that follow */
} PileHead;

extern PyTypeObject PileType;

/* An empty one; it does not belong to the garbage collector, since texts are all that it holds. */
Pile *pile_new(void);

/* Put a record on it, a header and what stands behind that; refused where any was read. */
int pile_add(Pile *pile, PyObject *file, int64_t number, Span header, Span record);

/* The record that stands at `*at`, which is set behind it; READ, or LONG_WAY after the last. Its
 * file is borrowed. */
int pile_read(const Pile *pile, Py_ssize_t *at, PileHead *head, Span *value);

#endif
