#!/bin/sh
set -e
rm -f /usr/bin/innkeeper /usr/bin/inn
