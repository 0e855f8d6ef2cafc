# Manual pages, as mdoc(7), from what `heliostat --experimental-dump-help` says: --arg name PAGE prints that page, the empty name a list of
# all. The generator that comes with swift-argument-parser leaves out defaults and what the subcommands do, and names its pages
# heliostat.status, which `man heliostat status` does not find.

# Every command below with the words that call it.
def commands($before):
  ($before + [.commandName]) as $words
  | {$words, command: .},
    (.subcommands // [] | .[] | select(.shouldDisplay and .commandName != "help") | commands($words));

def page: .words | join("-");

# Text in which nothing is taken for a request; each sentence begins a line, as mdoc wants it.
def prose:
  gsub("\\\\"; "\\e")
  | gsub("(?<end>[A-Za-z0-9)\"]\\.) +(?=[A-Z])"; "\(.end)\n")
  | gsub("(?<start>^|\n)(?<dot>[.'])"; "\(.start)\\&\(.dot)");

def quoted: "\"\(gsub("\\\\"; "\\e") | gsub("\""; "\\(dq"))\"";

def flag: if .kind == "short" then "Fl \(.name)" elif .kind == "long" then "Fl -\(.name)" else empty end;

def value: if .kind == "option" then " Ar \(.valueName | quoted)" else "" end;

def shown: .arguments // [] | map(select(.shouldDisplay));

def usage:
  (if .kind == "positional" then "Ar \(.valueName | quoted)" else (.preferredName | flag) + value end) as $text
  | (if .isOptional then ".Op \($text)" else ".\($text)" end),
    (if .isRepeating then ".No ..." else empty end);

def explanation:
  [
    .abstract // empty,
    (if .allValues then "One of \(.allValues | join(", "))." else empty end),
    (if .defaultValue then "The default is \(.defaultValue | sub("\\.0$"; ""))." else empty end),
    (if .isRepeating then "It may be given several times." else empty end)
  ] | join(" ") | prose;

def item:
  (if .kind == "positional" then ".It Ar \(.valueName | quoted)"
   else ".It " + (.valueName as $name | value as $value | [.names[] | flag + $value] | join(" , ")) end),
  explanation;

def list($title; $items): if $items == [] then empty else $title, ".Bl -tag -width Ds", $items[], ".El" end;

def paragraphs: .discussion // "" | split("\n\n") | map(select(. != ""));

def description:
  [paragraphs[] | select(startswith("Exit codes:") | not) | ".Pp", prose][1:][];

def exit_status($top):
  [.discussion, $top.discussion] | map(select(.) | split("\n\n")[] | select(startswith("Exit codes:")))
  | first | sub("^Exit codes: "; "") | prose;

def see_also($words; $pages):
  [ ($words[:-1] | select(. != []) | join("-")),
    ((.subcommands // [])[] | select(.shouldDisplay and .commandName != "help") | ($words + [.commandName]) | join("-")) ]
  | unique | map(".Xr \(. | quoted) 1 ,") + [".Xr heliostat.yaml 5"] | .[];

def manual($top; $date):
  .words as $words | page as $page | .command
  | ".\\\" Made by scripts/debian/manual.jq from the definitions of the commands.",
    ".Dd \($date)", ".Dt \($page | ascii_upcase) 1", ".Os",
    ".Sh NAME", ".Nm \($page)", ".Nd \(.abstract | rtrimstr(".") | (.[:1] | ascii_downcase) + .[1:] | prose)",
    ".Sh SYNOPSIS", ".Nm \($words | join(" ") | quoted)",
    (if .subcommands then ".Ar command" else empty end),
    (shown[] | select(.kind != "positional") | usage), (shown[] | select(.kind == "positional") | usage),
    ".Sh DESCRIPTION", (.abstract | prose),
    (description | if . == "" then empty else . end),
    list(".Ss Commands"; [(.subcommands // [])[] | select(.shouldDisplay and .commandName != "help")
      | ".It Xr \(($words + [.commandName]) | join("-") | quoted) 1", (.abstract | prose)]),
    list(".Ss Operands"; [shown[] | select(.kind == "positional") | item]),
    list(".Ss Options"; [shown[] | select(.kind != "positional") | item]),
    ".Sh FILES", ".Bl -tag -width Ds",
    ".It Pa /etc/heliostat/heliostat.yaml", "The configuration.",
    ".It Pa /var/lib/heliostat", "What the node keeps, unless node.data says otherwise; in it heliostat.sock for administration.",
    ".El",
    ".Sh EXIT STATUS", exit_status($top),
    ".Sh SEE ALSO", see_also($words; null);

.command as $top
| $top
| if $name == "" then commands([]) | page
  else first(commands([]) | select(page == $name)) | manual($top; $date) end
