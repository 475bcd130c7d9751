#include "pile.h"

#define PART_BYTES 512  /* what Python has at hand; four records, most subjects have some more */
#define FIRST_ROOM ((Py_ssize_t)(PART_BYTES - sizeof(Part)))
#define MOST_ROOM ((Py_ssize_t)1 << 20)

Pile *
pile_new(void)
{
    Pile *pile = PyObject_New(Pile, &PileType);
    if (pile != NULL) {
        pile->first = pile->last = NULL;
        pile->to = NULL;
        pile->left = pile->size = pile->count = 0;
        pile->was_read = 0;
        pile->place = (PilePlace){NULL, 0};
    }
    return pile;
}

/* Begin another part that has room for so many bytes: what is there already is not moved. */
static int
begin_part(Pile *pile, Py_ssize_t more)
{
    /* A third of what there is: so much stays unused at most, beside the first part. */
    Py_ssize_t room = pile->size / 2;
    room = room < FIRST_ROOM ? FIRST_ROOM : room > MOST_ROOM ? MOST_ROOM : room;
    room = room < more ? more : room;
    if (room > PY_SSIZE_T_MAX - (Py_ssize_t)sizeof(Part) - pile->size) {
        PyErr_NoMemory();
        return FAILED;
    }
    Part *part = PyMem_Malloc(sizeof(Part) + (size_t)room);
    if (part == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    part->next = NULL;
    part->size = 0;
    if (pile->last == NULL) {
        pile->first = part;
    }
    else {
        pile->last->size = pile->to - pile->last->bytes;
        pile->last->next = part;
    }
    pile->last = part;
    pile->to = part->bytes;
    pile->left = room;
    pile->size += room;
    return 0;
}

int
pile_add(Pile *pile, PyObject *file, int64_t number, Span header, Span record)
{
    if (pile->was_read) {
        PyErr_SetString(PyExc_ValueError, "records of which some were read are no more added to");
        return FAILED;
    }
    const Py_ssize_t beside = (Py_ssize_t)sizeof(PileHead);
    if (header.size < 0 || record.size < 0 || header.size > PY_SSIZE_T_MAX - beside
        || record.size > PY_SSIZE_T_MAX - beside - header.size) {
        PyErr_NoMemory();
        return FAILED;
    }
    PileHead head = {file, number, header.size + record.size};
    const Py_ssize_t whole = beside + head.size;
    if (whole > pile->left && begin_part(pile, whole) < 0) {
        return FAILED;
    }
    Py_INCREF(file);
    memcpy(pile->to, &head, sizeof(head));
    memcpy(pile->to + beside, header.start, (size_t)header.size);
    memcpy(pile->to + beside + header.size, record.start, (size_t)record.size);
    pile->to += whole;
    pile->left -= whole;
    pile->count++;
    return 0;
}

static inline Py_ssize_t
filled(const Pile *pile, const Part *part)
{
    return part == pile->last ? pile->to - part->bytes : part->size;
}

int
pile_read(const Pile *pile, PilePlace *place, PileHead *head, Span *value)
{
    if (place->part == NULL) {
        *place = (PilePlace){pile->first, 0};
    }
    /* No part is without a record, and all of a record is in one. */
    if (place->part != NULL && place->at >= filled(pile, place->part)
        && place->part->next != NULL) {
        *place = (PilePlace){place->part->next, 0};
    }
    if (place->part == NULL || place->at >= filled(pile, place->part)) {
        return LONG_WAY;
    }
    const uint8_t *at = place->part->bytes + place->at;
    memcpy(head, at, sizeof(*head));
    value->start = at + sizeof(*head);
    value->size = head->size;
    place->at += (Py_ssize_t)sizeof(*head) + head->size;
    return READ;
}

int
pile_next(Pile *pile, PileHead *head, Span *value)
{
    pile->was_read = 1;
    return pile_read(pile, &pile->place, head, value);
}

static void
pile_dealloc(Pile *pile)
{
    PileHead head;
    Span value;
    PilePlace place = {NULL, 0};
    while (pile_read(pile, &place, &head, &value) == READ) {
        Py_DECREF(head.file);
    }
    for (Part *part = pile->first; part != NULL;) {
        Part *next = part->next;
        PyMem_Free(part);
        part = next;
    }
    PyObject_Free(pile);
}

static Py_ssize_t
pile_length(Pile *pile)
{
    return pile->count;
}

static PySequenceMethods as_sequence = {.sq_length = (lenfunc)pile_length};

PyTypeObject PileType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Pile",
    .tp_doc = "Records of one subject, which `Held` puts there and reads.",
    .tp_basicsize = sizeof(Pile),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_dealloc = (destructor)pile_dealloc,
    .tp_as_sequence = &as_sequence,
};
