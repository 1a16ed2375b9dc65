#!lua flags=allow-oom
-- claim: assume entradas abandonadas (ociosas além do limite). Cada uma conta mais uma entrega. A que já matou quem
-- a tinha é suspeita: vem uma por vez, para morrer sozinha e não levar consigo, outra vez, quem só estava ao lado.
-- op: s etapa, w consumidor, idle ms, limit, suspect entregas que tornam suspeita, dead entregas que condenam (estas
--     vêm para ser enterradas, sem limite próprio), alone 1 = pode levar uma suspeita
-- resposta por op: {{entrada, {campo, valor, ...}, entregas}, ...}
local PAGES, PAGE = 10, 100
local replies = {}
for i, op in ipairs(ops()) do
  local taken, from, alone = {}, '-', op.alone
  local suspect_at, dead_at = op.suspect or math.huge, op.dead or math.huge
  for _ = 1, PAGES do
    local rows = redis.call('XPENDING', stream(op.s), GROUP, 'IDLE', op.idle, from, '+', PAGE)
    for _, row in ipairs(rows) do
      local suspect = row[4] >= suspect_at and row[4] < dead_at
      if #taken < op.limit and (not suspect or alone == 1) then
        if suspect then alone = 0 end
        local entry = redis.call('XCLAIM', stream(op.s), GROUP, op.w, op.idle, row[1])[1]
        if entry then taken[#taken + 1] = { row[1], entry[2], row[4] } end
      end
      from = '(' .. row[1]
    end
    if #taken >= op.limit or #rows < PAGE then break end
  end
  replies[i] = taken
end
return replies
