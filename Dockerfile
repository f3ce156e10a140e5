# sanctions-sim with everything that the lock has:
#   docker build -t sanctions-sim .
#   docker run --rm -v "$PWD/results:/work/results" sanctions-sim demo
#   docker run --rm -p 127.0.0.1:8888:8888 sanctions-sim notebooks
FROM python:3.12-slim

# The lock first: it changes seldom, and its layer is kept.
WORKDIR /opt/sanctions-sim
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-build-isolation --no-deps --no-index .

# Not as root: what is written belongs to a user, and machine code goes to that user's cache.
RUN useradd --create-home --uid 1000 user && install -d -o user /work && chmod +x docker-entry.sh
USER user
WORKDIR /work
ENTRYPOINT ["/opt/sanctions-sim/docker-entry.sh"]
CMD ["--help"]
