/* sql.h - schema.sql and views.sql as text, made by embed.mk. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

extern const char store_schema_sql[];
extern const char store_views_sql[];

#endif
