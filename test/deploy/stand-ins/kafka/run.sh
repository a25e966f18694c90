set -eu
# KAFKA_LOG_DIRS is the setting log.dirs, and so on.
settings=/tmp/server.properties
env | grep '^KAFKA_' | while IFS='=' read -r name value; do
  printf '%s=%s\n' "$(printf '%s' "${name#KAFKA_}" | tr 'A-Z_' 'a-z.')" "$value"
done >"$settings"
java=(java -Xmx512m -Dlog4j2.configurationFile=/opt/kafka/log4j2.properties -cp '/opt/kafka/libs/*')
"${java[@]}" kafka.tools.StorageTool format --ignore-formatted -t U2FmYXJTYWZhclNhZmFyMA -c "$settings"
exec "${java[@]}" kafka.Kafka "$settings"
