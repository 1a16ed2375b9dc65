"""As regras do produto: pura decisão, sem E/S e sem relógio próprio."""
