package storage

// Described is the statement whose plan is tested, up to the ids of the rooms.
const Described = described
