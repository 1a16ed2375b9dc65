#!lua flags=no-writes
-- upcoming: o que dorme, do que vence primeiro para o último, uma página por vez.
-- op: k 'timers' ou 'parked', from posição, limit
-- resposta por op: {{membro, vencimento, etapa, falhas, adiamentos}, ...}; de um evento futuro só os três primeiros
local function count(text) return string.match(text or '', '^%d%d?%d?%d?%d?%d?$') or '0' end

local replies = {}
for i, op in ipairs(ops()) do
  local set, rows = P .. ':' .. op.k, {}
  local flat = redis.call('ZRANGE', set, op.from, op.from + op.limit - 1, 'WITHSCORES')
  for f = 1, #flat, 2 do
    local packed = redis.call('HGET', set .. ':body', flat[f])
    local body = packed and unpacked(packed) or {}
    local token = fields(type(body.t) == 'table' and body.t or {})
    rows[#rows + 1] = { flat[f], flat[f + 1], body.s or '', count(token.f), count(token.z) }
  end
  replies[i] = rows
end
return replies
