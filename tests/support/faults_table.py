"""Com que nome o quadro dos defeitos viaja de um processo de testes ao que os dirige?"""

FAULTS_TABLE = "faults_table"
