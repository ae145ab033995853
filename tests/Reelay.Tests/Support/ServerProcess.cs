using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Reelay.Tests.Support;

/// <summary>One of our programs as a process of its own, with only the settings it is given.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly string[] Foreign = ["Reelay", "REELAY", "ASPNETCORE", "OPENAI", "DOTNET_URLS", "URLS"];
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything it has said so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program that lies beside the tests.</summary>
    /// <param name="name">Name of its assembly, for example <c>Reelay.Server</c>.</param>
    /// <param name="settings">Its environment; what the tests themselves were started with is not passed on.</param>
    public static ServerProcess Start(string name, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, name + ".dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var key in start.Environment.Keys.Where(key => Foreign.Any(key.StartsWith)).ToList()) start.Environment.Remove(key);
        foreach (var (key, value) in settings) start.Environment[key] = value;

        // It lives for seconds: compiling anything a second time, only to make it faster, would be most of its work.
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        return new ServerProcess(start);
    }

    /// <summary>A free port, below the range that outgoing connections take: it is still free after a restart.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = System.Security.Cryptography.RandomNumberGenerator.GetInt32(15_000, 32_000);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one will do.
            }
        }
    }

    /// <summary>Waits until an address answers 200.</summary>
    public async Task AwaitReadyAsync(HttpClient client, string path)
    {
        var cancellation = TestContext.Current.CancellationToken;
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            Assert.False(_process.HasExited, $"The process ended while it was being waited for:\n{Output}");
            Assert.True(Stopwatch.GetElapsedTime(started) < StartPatience, $"No answer at {path} in time:\n{Output}");
            try
            {
                using var response = await client.GetAsync(path, cancellation);
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }
    }

    /// <summary>SIGKILL: nothing of the process runs after this.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>SIGTERM; returns at once.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(StartPatience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, TestContext.Current.CancellationToken);
        try
        {
            await _process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Assert.Fail($"The process did not end in time:\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}
