# heliostat.yaml(5), as mdoc(7), from conf/heliostat.yaml, which is the manual of the configuration: comments stand above the key that they
# explain, at its depth. A line "#key: value", without a space behind the "#", is a key without a default and its value is an example.

function text(line) {
    gsub(/\\/, "\\e", line)
    if (line ~ /^[.']/) line = "\\&" line
    return line
}

function quoted(word) {
    gsub(/\\/, "\\e", word)
    gsub(/"/, "\\(dq", word)
    return "\"" word "\""
}

# mdoc wants each sentence to begin a line.
function sentences(line) {
    while (match(line, /[A-Za-z0-9)"%\]]\. +[A-Z\[]/)) {
        print text(substr(line, 1, RSTART + 1))
        line = substr(line, RSTART + RLENGTH - 1)
    }
    print text(line)
}

# Lines that are indented further than a sentence is are a table or an example, and keep their shape.
function explain(    i, literal) {
    for (i = 1; i <= lines; i++) {
        if (comment[i] == "") {
            print (literal ? ".Ed" : ".Pp")
            literal = 0
            continue
        }
        if (literal != (comment[i] ~ /^  /)) {
            print (literal ? ".Ed" : ".Bd -literal")
            literal = !literal
        }
        if (literal) print text(comment[i])
        else sentences(comment[i])
    }
    if (literal) print ".Ed"
    lines = 0
}

function key(indent, name, value, example,    depth, full, i) {
    depth = indent / 2
    path[depth] = name
    for (i = 0; i <= depth; i++) full = full (i ? "." : "") path[i]
    if (example) {
        print ".It Va " quoted(full) " No (for example " quoted(value) ")"
    } else {
        print ".It Va " quoted(full) (value == "" ? "" : " No = " quoted(value))
    }
    explain()
}

BEGIN {
    print ".\\\" Made by scripts/debian/manual.awk from conf/heliostat.yaml."
    print ".Dd " date "\n.Dt HELIOSTAT.YAML 5\n.Os"
    print ".Sh NAME\n.Nm heliostat.yaml\n.Nd configuration of a Heliostat node"
    print ".Sh SYNOPSIS\n.Pa /etc/heliostat/heliostat.yaml\n.Sh DESCRIPTION"
}

# The first empty line that is no comment ends the text about the whole file.
/^$/ {
    if (!listed) {
        explain()
        print ".Sh KEYS\n.Bl -tag -width Ds"
        listed = 1
    }
    next
}

{
    match($0, /^ */)
    indent = RLENGTH
    rest = substr($0, indent + 1)
}

rest ~ /^#( |$)/ {
    comment[++lines] = substr(rest, 3)
    next
}

{
    example = sub(/^#/, "", rest)
    name = rest
    sub(/:.*/, "", name)
    value = substr(rest, length(name) + 3)
    key(indent, name, value, example)
}

END {
    print ".El\n.Sh SEE ALSO\n.Xr heliostat 1 ,\n.Xr heliostat-check-config 1"
}
