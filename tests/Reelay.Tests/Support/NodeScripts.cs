using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Reelay.Tests.Support;

/// <summary>Runs the scripts of <c>tests/node</c>, which drive a gateway or the sandbox with npm packages as they are published.</summary>
internal static class NodeScripts
{
    private static readonly Lazy<Task<string?>> Ready = new(PrepareAsync);

    /// <summary>Runs one scenario against a gateway and reads the JSON it prints.</summary>
    /// <remarks>Without Node the test is skipped; where <c>REELAY_CI</c> is set it fails instead.</remarks>
    public static Task<JsonElement> RunAsync(GatewayHost gateway, string scenario, params string[] arguments) =>
        RunAsync(new Uri(gateway.BaseUrl, "/v1"), "sk-reelay-sandbox", scenario, arguments);

    /// <summary>Runs one scenario against any server of the protocol, so that a simulator can be proved by the same package.</summary>
    public static Task<JsonElement> RunAsync(Uri baseUrl, string key, string scenario, params string[] arguments) => RunAsync(
        new Dictionary<string, string> { ["OPENAI_BASE_URL"] = baseUrl.ToString(), ["OPENAI_API_KEY"] = key }, scenario, arguments);

    /// <summary>Runs one scenario in an environment of its own and reads the JSON it prints.</summary>
    public static async Task<JsonElement> RunAsync(IReadOnlyDictionary<string, string> environment, string scenario, params string[] arguments)
    {
        await RequireAsync();
        var start = new ProcessStartInfo("node", [Path.Combine(Folder(), "scenarios", scenario + ".js"), .. arguments]);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment.Remove("NODE_USE_ENV_PROXY");
        var (code, output, errors) = await ExecuteAsync(start, TestContext.Current.CancellationToken);
        Assert.True(code == 0, $"{scenario}.js ended with {code}:\n{output}\n{errors}");
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Starts a scenario that goes on: another team's mock, which says where it listens and ends with the test.</summary>
    /// <remarks>Installs the packages, or skips where there is no Node, as <see cref="RunAsync(GatewayHost, string, string[])"/> does.</remarks>
    public static async Task<NodeMock> StartMockAsync(string scenario, params string[] arguments)
    {
        await RunAsync(new Dictionary<string, string>(), scenario, "--check");
        var start = new ProcessStartInfo("node", [Path.Combine(Folder(), "scenarios", scenario + ".js"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return new NodeMock(process, JsonElement.Parse(line!).GetProperty("url").GetString()!);
    }

    private static async Task RequireAsync()
    {
        if (await Ready.Value is not { } reason) return;
        Assert.SkipUnless(Environment.GetEnvironmentVariable("REELAY_CI") is { Length: > 0 }, reason);
        Assert.Fail(reason);
    }

    // Once for all scenarios of a run, whichever of them comes first.
    private static async Task<string?> PrepareAsync()
    {
        try
        {
            await ExecuteAsync(new ProcessStartInfo("node", ["--version"]), CancellationToken.None);
        }
        catch (Win32Exception)
        {
            return "Node is not installed; these tests need version 20 or later.";
        }

        // Does nothing where the packages of this very lock file are there.
        var install = Path.Combine(Repository.Root, "tools", "npm-install");
        var (code, output, errors) = await ExecuteAsync(new ProcessStartInfo(install, [Folder()]), CancellationToken.None);
        Assert.True(code == 0, $"{install} ended with {code}:\n{output}\n{errors}");
        return null;
    }

    private static async Task<(int Code, string Output, string Errors)> ExecuteAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    // Scripts and their packages are not copied beside the tests: they are run where they lie in the repository.
    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reelay.slnx"))) folder = folder.Parent;
        Assert.True(folder is not null, "The tests do not run inside the repository, so tests/node cannot be found.");
        return Path.Combine(folder.FullName, "tests", "node");
    }
}
