-- Stopped after so many instructions.
while true do end
