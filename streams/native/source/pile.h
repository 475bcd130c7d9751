/* Records of one subject, together in a few runs of memory.
 *
 * Subjects have their turn long after their records came: as objects these lay all over the
 * memory, and to fetch them took longer than to read them.
 */
#ifndef CONSENTRY_PILE_H
#define CONSENTRY_PILE_H

#include "cursor.h"

/* So much of a pile as was asked for at once. */
typedef struct Part {
    struct Part *next;
    Py_ssize_t size;  /* how many bytes are filled, once another part follows */
    uint8_t bytes[];  /* for each record a `PileHead`, then its bytes with their header */
} Part;

/* Where the next record that is read stands. */
typedef struct {
    const Part *part;
    Py_ssize_t at;
} PilePlace;

typedef struct {
    PyObject_HEAD
    Part *first;
    Part *last;
    uint8_t *to;      /* where the next record goes, in the last part */
    Py_ssize_t left;  /* how many bytes are free there */
    Py_ssize_t size;  /* of all parts */
    Py_ssize_t count;  /* how many records there are */
    int was_read;
    PilePlace place;
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

/* The record that stands at a place, which is set behind it; READ, or LONG_WAY after the last.
 * Its file is borrowed. */
int pile_read(const Pile *pile, PilePlace *place, PileHead *head, Span *value);

/* The next one that was not read yet. */
int pile_next(Pile *pile, PileHead *head, Span *value);

#endif
