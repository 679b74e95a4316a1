-- An error that is a table, with its own idea of text.
error(setmetatable({}, { __tostring = function() error({}) end }))
