#!/bin/sh
set -e
ln -sf /opt/Innkeeper/innkeeper /usr/bin/innkeeper
ln -sf /opt/Innkeeper/resources/bin/inn /usr/bin/inn
# Chromium's sandbox wants user namespaces, or this bit where the system does not allow them.
if ! unshare --user true 2>/dev/null; then chmod 4755 /opt/Innkeeper/chrome-sandbox || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database /usr/share/applications || true; fi
