using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Reelay.Load;

/// <summary>Where a run finds the programs and keeps its files: on the same disk as the repository, since create is measured on it.</summary>
internal sealed class Workplace
{
    public Workplace()
    {
        Root = FindRoot();
        Folder = Path.Combine(Root, "artifacts", "bench");
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
    }

    /// <summary>The repository.</summary>
    public string Root { get; }

    /// <summary>Files of this run; emptied at its begin.</summary>
    public string Folder { get; }

    /// <summary>The video that fake upstreams deliver.</summary>
    public string Clip => Path.Combine(Root, "src", "Simulators", "standin.mp4");

    /// <summary>A path in the run's folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A new data folder for a server.</summary>
    public string NewFolder(string name)
    {
        var path = PathOf(name);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>The executable that <see cref="Publish"/> made of a project.</summary>
    public string Program(string project) => Path.Combine(Published(project), "Reelay." + project);

    /// <summary>Publishes a project in Release, as it would be shipped.</summary>
    public void Publish(string folder, string project)
    {
        Console.WriteLine($"publishing {folder}/{project} …");
        Tool.Run(
            "dotnet",
            ["publish", Path.Combine(Root, folder, project), "-c", "Release", "-o", Published(project), "-v", "q", "-nologo", "--tl:off"]);
    }

    /// <summary>A port of this machine that was free just now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Published(string project) => Path.Combine(Root, "artifacts", "bench-publish", project);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Reelay.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException("The repository was not found above " + AppContext.BaseDirectory);
    }
}

/// <summary>Programs that run to their end.</summary>
internal static class Tool
{
    /// <summary>Runs a program and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">It is not there, or it failed.</exception>
    public static string Run(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) info.Environment[name] = value;
        using var process = Start(info);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}");
    }

    /// <summary>Starts a program.</summary>
    public static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException($"{info.FileName} could not be started; is it installed?", exception);
        }
    }
}
