#!/bin/sh
# Installs the Streamgauge agent on this machine, or brings it up to date; may run again at any time.
#   curl -fsSL SERVER/agent/install.sh | AGENT_URL=… AGENT_USERNAME=… AGENT_PASSWORD=… sh
# As root it becomes a service of systemd; without either it says how to run it. Without a login it keeps the
# configuration that is there. DESTDIR installs below that folder and starts nothing.
set -eu
umask 077
server=@STREAMGAUGE_URL@
root=${DESTDIR:-}

fail() {
  echo "$1" >&2
  exit 1
}

node=$(command -v node) || fail 'The agent needs Node 20 or later: install it, for example with "apt-get install nodejs".'
major=$("$node" -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || fail "The agent needs Node 20 or later, and $node is $("$node" --version): install a newer one."

if [ "$(id -u)" = 0 ] || [ -n "$root" ]; then
  program=$root/usr/local/lib/streamgauge-agent
  settings=$root/etc/streamgauge-agent
else
  program=$HOME/.local/lib/streamgauge-agent
  settings=$HOME/.config/streamgauge-agent
fi
config=$settings/config.json
if [ -z "${AGENT_PASSWORD:-}" ] && [ ! -f "$config" ]; then
  fail 'There is no login: enrol the agent, and run the line that enrolment prints.'
fi

mkdir -p "$program" "$settings"
draft=$program/streamgauge-agent.js.new
if command -v curl >/dev/null; then
  curl -fsSL -o "$draft" "$server/agent/streamgauge-agent.js"
elif command -v wget >/dev/null; then
  wget -qO "$draft" "$server/agent/streamgauge-agent.js"
else
  fail 'Neither curl nor wget is here to fetch the agent: install one of them.'
fi
"$node" "$draft" --version >/dev/null || fail "What $server serves as the agent does not run."
# The service runs as a user of its own, who must be able to read the program, not the login.
chmod 755 "$program"
chmod 644 "$draft"
mv "$draft" "$program/streamgauge-agent.js"

if [ -n "${AGENT_PASSWORD:-}" ]; then
  "$node" -e '
    const { AGENT_URL: url, AGENT_USERNAME: username, AGENT_PASSWORD: password } = process.env
    const { AGENT_INTERVAL_MS: interval, AGENT_MOUNTS: mounts, AGENT_SPOOL: spool } = process.env
    const config = { url, username, password }
    if (interval) config.interval_ms = Number(interval)
    if (mounts) config.mounts = mounts.split(",")
    if (spool) config.spool = spool
    process.stdout.write(JSON.stringify(config, null, 2) + "\n")
  ' >"$config.new"
  mv "$config.new" "$config"
fi
chmod 600 "$config"

if [ "$(id -u)" != 0 ] && [ -z "$root" ] || { [ -z "$root" ] && [ ! -d /run/systemd/system ]; }; then
  spool=$HOME/.local/state/streamgauge-agent
  echo "Installed. There is no systemd to run it as a service here; run it with"
  echo "  AGENT_SPOOL=$spool $node --max-semi-space-size=1 $program/streamgauge-agent.js --config=$config"
  exit 0
fi

mkdir -p "$root/etc/systemd/system"
cat >"$root/etc/systemd/system/streamgauge-agent.service" <<UNIT
[Unit]
Description=Streamgauge agent
After=network-online.target
Wants=network-online.target

[Service]
# Started means that the program runs: systemctl says so when it can't.
Type=exec
# Collects garbage early: little memory, at no cost.
ExecStart=$node --max-semi-space-size=1 ${program#"$root"}/streamgauge-agent.js --config=\${CREDENTIALS_DIRECTORY}/config.json
# Only root can read the login; the service gets a copy of its own.
LoadCredential=config.json:${config#"$root"}
Environment=AGENT_SPOOL=/var/lib/streamgauge-agent
Restart=always
RestartSec=5
DynamicUser=yes
StateDirectory=streamgauge-agent
StateDirectoryMode=0700
UMask=0077
MemoryMax=256M
CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
# Its file systems are measured too.
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
UNIT
chmod 644 "$root/etc/systemd/system/streamgauge-agent.service"
[ -n "$root" ] && exit 0

systemctl daemon-reload
systemctl enable --quiet streamgauge-agent
if ! systemctl restart streamgauge-agent; then
  systemctl stop streamgauge-agent || true
  fail "The agent is installed and can't run. Its user must be able to run $node: one in a home folder it can't.
Install Node for all users, for example with \"apt-get install nodejs\", and run this again. Else see: journalctl -u streamgauge-agent"
fi
echo 'The agent runs. Its log: journalctl -u streamgauge-agent'
