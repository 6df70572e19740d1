#include <libpq-fe.h>

// The field codes are character macros, which Swift does not see.
static const int hearth_pg_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int hearth_pg_diag_message_primary = PG_DIAG_MESSAGE_PRIMARY;
static const int hearth_pg_diag_constraint_name = PG_DIAG_CONSTRAINT_NAME;
