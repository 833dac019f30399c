# Sourced by mvnw, quickstart and the start scripts: sets JAVA_HOME to a JDK 25, or says what is missing.
# Looks at JAVA_HOME first, then at the java on the PATH, then in the folders where systems keep their JVMs.
quorate_is_25() { [ -x "$1/bin/java" ] && grep -qs '^JAVA_VERSION="25[."]' "$1/release"; }
quorate_find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && quorate_is_25 "$JAVA_HOME"; then return 0; fi
  _java=$(command -v java 2>/dev/null || true)
  if [ -n "$_java" ]; then
    _home=$(dirname "$(dirname "$(readlink -f "$_java")")")
    if quorate_is_25 "$_home"; then JAVA_HOME=$_home; export JAVA_HOME; return 0; fi
  fi
  for _home in /usr/lib/jvm/* /opt/java/* /opt/jdk* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if quorate_is_25 "$_home" && [ -x "$_home/bin/javac" ]; then JAVA_HOME=$_home; export JAVA_HOME; return 0; fi
  done
  echo "Quorate needs a JDK 25 and found none (JAVA_HOME=${JAVA_HOME:-unset}, PATH, /usr/lib/jvm)." >&2
  echo "Install one (for example Temurin 25) and set JAVA_HOME to its folder." >&2
  return 1
}
