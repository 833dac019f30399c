package dev.quorate.e2e.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Stands between the members: every connection to a peer port goes through it, and each direction between two members can
 * be cut or slowed down by itself. What is sent over a cut direction waits, ends of connections as well, and arrives when
 * it is healed, as TCP would have it.
 */
public final class PeerNetwork implements AutoCloseable {
    private static final int PIECE_BYTES = 64 << 10;
    private static final long SLOW_MILLIS = 50;

    /** The members that a connection connects. */
    private record Ends(int from, int to) {}

    /** Which member opened a connection. */
    interface Callers {
        int memberOf(InetSocketAddress caller, InetSocketAddress called) throws IOException;
    }

    private final List<Integer> peerPorts;
    private final Callers callers;
    private final List<ServerSocket> doors = new ArrayList<>();
    private final Map<Socket, Ends> sockets = new ConcurrentHashMap<>();
    private final boolean[][] cut;
    private final boolean[][] slow;

    PeerNetwork(List<Integer> peerPorts, Callers callers) throws IOException {
        this.peerPorts = peerPorts;
        this.callers = callers;
        this.cut = new boolean[peerPorts.size()][peerPorts.size()];
        this.slow = new boolean[peerPorts.size()][peerPorts.size()];
        for (int member = 0; member < peerPorts.size(); member++) {
            ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            doors.add(door);
            int to = member;
            Thread.ofVirtual().start(() -> letIn(door, to));
        }
    }

    /** Where the others find this member. */
    int port(int member) {
        return doors.get(member).getLocalPort();
    }

    /** From now on nothing that one member sends reaches the other. */
    public synchronized void cut(int from, int to) {
        if (from != to) cut[from][to] = true;
    }

    /** From now on what one member sends reaches the other late: each piece takes {@link #SLOW_MILLIS}. */
    public synchronized void slowDown(int from, int to) {
        slow[from][to] = true;
    }

    /** Breaks every connection of one member; new ones are let in. */
    public void reset(int member) {
        sockets.forEach((socket, ends) -> {
            if (ends.from() == member || ends.to() == member) breakOff(socket);
        });
    }

    public synchronized void healAll() {
        for (boolean[] row : cut) Arrays.fill(row, false);
        for (boolean[] row : slow) Arrays.fill(row, false);
        notifyAll();
    }

    private void awaitOpen(int from, int to) throws InterruptedException {
        boolean late;
        synchronized (this) {
            while (cut[from][to]) wait();
            late = slow[from][to];
        }
        if (late) TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
    }

    private void letIn(ServerSocket door, int to) {
        while (!door.isClosed()) {
            try {
                Socket caller = door.accept();
                sockets.put(caller, new Ends(-1, to));
                Thread.ofVirtual().start(() -> connect(caller, to));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket caller, int to) {
        try {
            int from = callers.memberOf((InetSocketAddress) caller.getRemoteSocketAddress(), (InetSocketAddress)
                    caller.getLocalSocketAddress());
            awaitOpen(from, to);
            Socket called = new Socket(InetAddress.getLoopbackAddress(), peerPorts.get(to));
            sockets.put(caller, new Ends(from, to));
            sockets.put(called, new Ends(from, to));
            caller.setTcpNoDelay(true);
            called.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> pump(called, caller, to, from));
            pump(caller, called, from, to);
        } catch (IOException refused) {
            close(caller);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump(Socket in, Socket out, int from, int to) {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            try (InputStream bytes = in.getInputStream()) {
                for (int read = bytes.read(piece); read >= 0; read = bytes.read(piece)) {
                    awaitOpen(from, to);
                    out.getOutputStream().write(piece, 0, read);
                }
            } catch (IOException ended) {
                // The other side hears of it below.
            }
            awaitOpen(from, to);
            close(out);
            close(in);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Without a goodbye: the other side is told that the connection is broken, and not that it has ended. */
    private void breakOff(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            System.err.println("a connection does not break: " + closed.getMessage());
        }
        close(socket);
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException closed) {
            System.err.println("a connection does not close: " + closed.getMessage());
        }
    }

    @Override
    public void close() {
        healAll();
        for (ServerSocket door : doors) {
            try {
                door.close();
            } catch (IOException closed) {
                System.err.println("a port does not close: " + closed.getMessage());
            }
        }
        sockets.keySet().forEach(this::close);
    }
}
