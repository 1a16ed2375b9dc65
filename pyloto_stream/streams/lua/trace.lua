#!lua flags=no-writes
-- trace: onde, numa chave, ocorre alguma destas palavras; uma página por vez, e só os lugares.
-- op: r nome da chave depois do prefixo, from cursor ('' no início), n quantos, bytes depois de quantos a página
--     de um stream termina, w {palavra, ...}
-- resposta por op: {próximo cursor ('' acabou), {lugar, ...}}; lugar: 'name', 'value', 'field', 'member', 'consumer',
--                   'entry <id>'
local function has(op, text)
  for _, word in ipairs(op.w) do
    if string.find(text, word, 1, true) then return true end
  end
  return false
end

local look = {}

function look.string(op, key, found)
  if has(op, redis.call('GET', key) or '') then found[#found + 1] = 'value' end
  return ''
end

local function scanned(command, first, second)
  return function(op, key, found)
    local page = redis.call(command, key, op.from == '' and '0' or op.from, 'COUNT', op.n)
    for f = 1, #page[2], 2 do
      if has(op, page[2][f]) then found[#found + 1] = first end
      if second and has(op, page[2][f + 1]) then found[#found + 1] = second end
    end
    return page[1] == '0' and '' or page[1]
  end
end

look.hash = scanned('HSCAN', 'field', 'value')
look.zset = scanned('ZSCAN', 'member')

function look.list(op, key, found)
  local from = tonumber(op.from) or 0
  local page = redis.call('LRANGE', key, from, from + op.n - 1)
  for _, value in ipairs(page) do
    if has(op, value) then found[#found + 1] = 'value' end
  end
  return #page == op.n and int(from + op.n) or ''
end

local function groups(op, key, found)
  for _, row in ipairs(redis.call('XINFO', 'GROUPS', key)) do
    local name = fields(row).name
    if has(op, name) then found[#found + 1] = 'consumer' end
    for _, each in ipairs(redis.call('XINFO', 'CONSUMERS', key, name)) do
      if has(op, fields(each).name) then found[#found + 1] = 'consumer' end
    end
  end
end

function look.stream(op, key, found)
  local from, size = op.from, 0
  if from == '' then
    groups(op, key, found)
    from = '-'
  end
  for _ = 1, op.n do
    local row = redis.call('XRANGE', key, from, '+', 'COUNT', 1)[1]
    if not row then return '' end
    local here = false
    for _, text in ipairs(row[2]) do
      here = here or has(op, text)
      size = size + #text
    end
    if here then found[#found + 1] = 'entry ' .. row[1] end
    from = '(' .. row[1]
    if size >= op.bytes then break end
  end
  return from
end

local replies = {}
for i, op in ipairs(ops()) do
  local key, found = P .. ':' .. op.r, {}
  if op.from == '' and has(op, key) then found[1] = 'name' end
  local kind = redis.call('TYPE', key).ok
  local at = look[kind] and look[kind](op, key, found) or ''
  replies[i] = { at, found }
end
return replies
