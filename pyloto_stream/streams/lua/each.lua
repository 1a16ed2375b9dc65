
-- Fim de todo script: `script`, o que ele faz, uma vez por partição da chamada. Sendo várias, a resposta é uma lista com
-- a de cada uma, e o que uma não consegue fazer é um erro só dela.
if ARGV[2] == '' then
  enter_partition(KEYS[1], 4, #ARGV)
  return script()
end
local all = {}
for count in string.gmatch(ARGV[2], '%d+') do
  local base = KEYS[#all + 1]
  enter_partition(base, last + 1, last + count)
  local done, reply = pcall(script)
  if not done then -- com o fim que o servidor põe no erro de um script
    reply = redis.error_reply((type(reply) == 'table' and reply.err or tostring(reply)) .. ' script: ' .. base)
  end
  all[#all + 1] = reply
end
return all
