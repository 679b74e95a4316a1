/* json_schema.c - what `orrery run --json` prints, as a JSON Schema (draft 2020-12).
 *
 * Sections and figures are open-ended on purpose: rooms add them without asking the report, so a
 * schema that closed them would be wrong tomorrow. What is fixed is how a figure looks and where it
 * stands: whatever is not named here is a section. */
#include "report/report.h"

static const char head[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"$id\": \"orrery.run\",\n"
    "  \"title\": \"The object of `orrery run --json`\",\n"
    "  \"type\": \"object\",\n"
    "  \"required\": [\"schema\", \"version\", \"scenario\", \"seed\", \"replications\", "
    "\"digest\",\n"
    "               \"simulated_s\", \"events\", \"warmup_s\"],\n"
    "  \"properties\": {\n"
    "    \"schema\": {\"const\": \"orrery.run\"},\n"
    "    \"version\": {\"const\": 1},\n"
    "    \"scenario\": {\"type\": \"string\"},\n"
    "    \"title\": {\"type\": \"string\"},\n"
    "    \"seed\": {\"type\": \"string\", \"pattern\": \"^[0-9]+$\"},\n"
    "    \"replications\": {\"type\": \"integer\", \"minimum\": 0},\n"
    "    \"digest\": {\"type\": \"string\", \"pattern\": \"^[0-9a-f]{16}$\"},\n"
    "    \"simulated_s\": {\"type\": \"number\", \"minimum\": 0},\n"
    "    \"events\": {\"type\": \"integer\", \"minimum\": 0},\n"
    "    \"warmup_s\": {\"type\": \"number\", \"minimum\": 0},\n";

static const char sections[] =
    "    \"cost\": {\n"
    "      \"type\": \"object\",\n"
    "      \"properties\": {\"currency\": {\"type\": \"string\"}},\n"
    "      \"additionalProperties\": {\"$ref\": \"#/$defs/figures\"}\n"
    "    },\n"
    "    \"expectations\": {\"type\": \"array\", \"items\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"name\", \"pass\", \"observed\", \"target\", \"file\", \"line\"],\n"
    "      \"additionalProperties\": false,\n"
    "      \"properties\": {\"name\": {\"type\": \"string\"}, \"pass\": {\"type\": \"boolean\"},\n"
    "        \"ci95_low\": {\"type\": [\"number\", \"null\"]},\n"
    "        \"ci95_high\": {\"type\": [\"number\", \"null\"]},\n"
    "        \"n\": {\"type\": \"integer\", \"minimum\": 1},\n"
    "        \"observed\": {\"type\": [\"number\", \"null\"]}, \"target\": {\"type\": "
    "\"string\"},\n"
    "        \"unit\": {\"type\": \"string\"}, \"file\": {\"type\": \"string\"},\n"
    "        \"line\": {\"type\": \"integer\"}}}},\n"
    "    \"timeline\": {\"type\": \"array\", \"items\": {\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"t_s\", \"kind\", \"object\", \"text\"],\n"
    "      \"properties\": {\"t_s\": {\"type\": \"number\"}, \"kind\": {\"type\": \"string\"},\n"
    "        \"object\": {\"type\": \"string\"}, \"text\": {\"type\": \"string\"}}}},\n"
    "    \"findings\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},\n"
    "    \"provenance\": {\"type\": \"object\",\n"
    "      \"additionalProperties\": {\"type\": [\"string\", \"number\"]}}\n"
    "  },\n"
    "  \"additionalProperties\": {\"$ref\": \"#/$defs/objects\"},\n";

static const char definitions[] =
    "  \"$defs\": {\n"
    "    \"objects\": {\"type\": \"object\", \"additionalProperties\": {\"$ref\": "
    "\"#/$defs/figures\"}},\n"
    "    \"figures\": {\n"
    "      \"description\": \"Metrics by name, nested where a name has a dot.\",\n"
    "      \"anyOf\": [\n"
    "        {\"type\": \"number\"},\n"
    "        {\"type\": \"null\"},\n"
    "        {\"$ref\": \"#/$defs/interval\"},\n"
    "        {\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/figures\"}}\n"
    "      ]\n"
    "    },\n"
    "    \"interval\": {\n"
    "      \"description\": \"With replications: the mean and its 95 % Student-t interval.\",\n"
    "      \"type\": \"object\",\n"
    "      \"required\": [\"mean\", \"ci95_low\", \"ci95_high\", \"n\"],\n"
    "      \"properties\": {\"mean\": {\"type\": \"number\"},\n"
    "        \"ci95_low\": {\"type\": [\"number\", \"null\"]},\n"
    "        \"ci95_high\": {\"type\": [\"number\", \"null\"]},\n"
    "        \"n\": {\"type\": \"integer\", \"minimum\": 1}}\n"
    "    }\n"
    "  }\n"
    "}\n";

void report_json_schema(struct text *out)
{
    text_add(out, head);
    text_add(out, sections);
    text_add(out, definitions);
}
