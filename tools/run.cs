#:property PublishAot=false
#:property TreatWarningsAsErrors=false

// Starts the sandbox and the server, shows what both say, and stops both when it is stopped. `make run` builds them first.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

const int Interrupt = 2;
const int Terminate = 15;

var root = FindRoot();
var sandboxPort = int.Parse(Environment.GetEnvironmentVariable("Reelay__Sandbox__Port") ?? "8090");
var serverUrl = new Uri(Environment.GetEnvironmentVariable("ASPNETCORE_URLS")?.Split(';')[0] ?? "http://127.0.0.1:8080");
var data = Path.GetFullPath(Environment.GetEnvironmentVariable("REELAY_DATA") is { Length: > 0 } folder ? folder : Path.Combine(root, "data"));

if (Taken(sandboxPort, "Reelay__Sandbox__Port") | Taken(serverUrl.Port, "ASPNETCORE_URLS")) return 1;

var sandbox = Start("Simulators", "Reelay.Simulators", "sandbox", []);
var server = Start("Server", "Reelay.Server", "server ", new()
{
    ["Reelay__Sandbox__Enabled"] = Environment.GetEnvironmentVariable("Reelay__Sandbox__Enabled") ?? "true",
    ["Reelay__PublicUrl"] = Environment.GetEnvironmentVariable("Reelay__PublicUrl") ?? serverUrl.ToString().TrimEnd('/'),
});
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Interrupt));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Terminate));

if (await IsListening(serverUrl)) Console.WriteLine(Greeting(serverUrl));
await Task.WhenAny(server.WaitForExitAsync(), sandbox.WaitForExitAsync());

// One without the other is of no use: whichever ended takes the other with it, the server after its calls in flight.
Signal(server, Terminate);
await server.WaitForExitAsync();
Signal(sandbox, Terminate);
await sandbox.WaitForExitAsync();
return server.ExitCode != 0 ? server.ExitCode : sandbox.ExitCode;

Process Start(string project, string name, string label, Dictionary<string, string> environment)
{
    // In sessions of their own: Ctrl-C in a terminal would reach them too, and to the server a second signal means "at once".
    var info = new ProcessStartInfo("setsid") { RedirectStandardOutput = true, RedirectStandardError = true };
    info.ArgumentList.Add("dotnet");
    info.ArgumentList.Add(Path.Combine(root, "artifacts", "bin", project, "release", name + ".dll"));
    info.Environment["REELAY_DATA"] = data;
    foreach (var (key, value) in environment) info.Environment[key] = value;
    if (project == "Simulators") info.Environment.Remove("ASPNETCORE_URLS");
    var process = Process.Start(info)!;
    process.OutputDataReceived += (_, line) => Show(line.Data);
    process.ErrorDataReceived += (_, line) => Show(line.Data);
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    return process;

    void Show(string? line)
    {
        if (line is not null) Console.WriteLine($"{label} | {line}");
    }
}

async Task<bool> IsListening(Uri url)
{
    while (!server.HasExited && !sandbox.HasExited)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, url.Port);
            return true;
        }
        catch (SocketException)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    return false;
}

void Stop(PosixSignalContext context, int signal)
{
    context.Cancel = true;
    Signal(server, signal);
}

static void Signal(Process process, int signal)
{
    if (!process.HasExited) _ = Native.Kill(process.Id, signal);
}

static bool Taken(int port, string setting)
{
    try
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return false;
    }
    catch (SocketException)
    {
        Console.Error.WriteLine($"Port {port} is taken by {Holder(port)}; {setting} names another.");
        return true;
    }
}

// Linux tells who listens in /proc: the socket's inode by port, then the process that has it open.
static string Holder(int port)
{
    try
    {
        var suffix = $":{port:X4}";
        var inode = File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row.Length > 9 && row[1].EndsWith(suffix, StringComparison.Ordinal) && row[3] == "0A").Select(row => row[9]).First();
        foreach (var process in Process.GetProcesses())
        {
            var files = new DirectoryInfo($"/proc/{process.Id}/fd");
            if (files.Exists && files.EnumerateFileSystemInfos().Any(file => file.LinkTarget == $"socket:[{inode}]"))
            {
                return $"process {process.Id} ({process.ProcessName})";
            }
        }
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
    {
        // Not Linux, or another user's process: the port is taken all the same.
    }

    return "another process";
}

static string FindRoot()
{
    var folder = new DirectoryInfo(Environment.CurrentDirectory);
    while (!File.Exists(Path.Combine(folder.FullName, "Reelay.slnx"))) folder = folder.Parent ?? throw new InvalidOperationException("Run this inside the repository.");
    return folder.FullName;
}

static string Greeting(Uri url)
{
    var address = url.ToString().TrimEnd('/');
    return $$"""

        Reelay is ready. Base URL {{address}}/v1, key sk-reelay-sandbox (this machine only). A first video, in another terminal:

          curl -s {{address}}/v1/videos -H 'Authorization: Bearer sk-reelay-sandbox' -F prompt='A red boat on a calm lake' -F seconds=4
          curl -s {{address}}/v1/videos/ID -H 'Authorization: Bearer sk-reelay-sandbox'
          curl -s {{address}}/v1/videos/ID/content -H 'Authorization: Bearer sk-reelay-sandbox' -o boat.mp4

        Ctrl-C stops both.

        """;
}

internal static partial class Native
{
    [DllImport("libc", EntryPoint = "kill")]
    public static extern int Kill(int process, int signal);
}
