-- wrk requests posts 1 to 1,000 in turn, under the given path.
local id = 0
request = function()
  id = id % 1000 + 1
  return wrk.format('GET', wrk.path .. id)
end
