@echo off
rem inn, run by the app's own Electron as a plain Node.
setlocal
set ELECTRON_RUN_AS_NODE=1
"%~dp0..\..\Innkeeper.exe" "%~dp0..\app.asar\build\js\main\cli\inn.entry.js" %*
