using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Reelay.Load;

/// <summary>A server as a real process of its own, from its start until it is told to stop.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>SIGUSR1.</summary>
    public const int UserSignal = 10;

    private const int Terminate = 15;
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private readonly Process _process;

    private ServerProcess(Process process, int port, double startMilliseconds) =>
        (_process, Port, StartMilliseconds) = (process, port, startMilliseconds);

    public int Port { get; }

    public string BaseUrl => $"http://127.0.0.1:{Port}";

    /// <summary>From the start of the process until its port takes connections.</summary>
    public double StartMilliseconds { get; }

    /// <summary>Memory in use now, without what is only reserved.</summary>
    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1_048_576.0;
        }
    }

    /// <summary>Processor time used so far, by the process and its children (nginx has workers).</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            var sum = TimeSpan.Zero;
            foreach (var id in File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                using var child = Process.GetProcessById(int.Parse(id));
                sum += child.TotalProcessorTime;
            }

            _process.Refresh();
            return sum + _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a program and waits until it listens.</summary>
    /// <param name="log">File that receives what it prints.</param>
    public static async Task<ServerProcess> StartAsync(
        string program, IReadOnlyList<string> arguments, int port, IReadOnlyDictionary<string, string> environment, string log)
    {
        // A shell sends the output to a file without this process having to read it while it measures.
        var info = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" > \"$REELAY_BENCH_LOG\" 2>&1", program, .. arguments]);
        info.Environment["REELAY_BENCH_LOG"] = log;
        foreach (var (name, value) in environment) info.Environment[name] = value;
        var started = TimeProvider.System.GetTimestamp();
        var process = Tool.Start(info);
        while (!await IsListeningAsync(port))
        {
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (process.HasExited || elapsed > LongestStart)
            {
                process.Kill();
                throw new InvalidOperationException($"{program} did not start:\n{await File.ReadAllTextAsync(log)}");
            }

            await Task.Delay(Look, TimeProvider.System);
        }

        return new ServerProcess(process, port, TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>SIGKILL: nothing of it runs after this.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends the process a signal.</summary>
    public void Signal(int signal) => _ = NativeMethods.Kill(_process.Id, signal);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Signal(Terminate);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(LongestStop, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task<bool> IsListeningAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "kill")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Kill(int _process, int signal);
    }
}
