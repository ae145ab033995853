using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>The script that fetches the viewer: without npm, from the registry that is configured, and only what has the kept hash.</summary>
public sealed partial class DocsViewerTests : IDisposable
{
    // What every Debian has; npm is not among them.
    private static readonly string[] Programs =
        ["bash", "base64", "cat", "cp", "cut", "dirname", "gzip", "head", "mkdir", "mktemp", "od", "rm", "sed", "sha512sum", "tar", "tr"];

    private readonly TemporaryFolder _folder = new();

    private string Viewer => _folder.File("viewer");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("curl", true)]
    [InlineData("curl", false)]
    [InlineData("wget", true)]
    public async Task It_asks_the_configured_registry_and_asks_no_more_once_the_files_are_there(string program, bool isInEnvironment)
    {
        Assert.SkipUnless(Tool.Exists(program), program + " is not installed");
        var (package, script) = await MakePackageAsync();
        var asked = new List<string>();
        await using var registry = await LoopbackServer.StartAsync(context =>
        {
            asked.Add(context.Request.Path);
            return context.Response.Body.WriteAsync(package, context.RequestAborted).AsTask();
        });
        if (!isInEnvironment) await File.WriteAllTextAsync(_folder.File(".npmrc"), $"fund=false\nregistry = {registry.Url}npm\n", Cancellation);
        for (var time = 0; time < 2; time++) Assert.Equal("", await RunAsync(script, program, isInEnvironment ? $"{registry.Url}npm/" : null));
        Assert.Matches(@"^/npm/swagger-ui-dist/-/swagger-ui-dist-[0-9.]+\.tgz$", Assert.Single(asked));
        Assert.Equal("the file swagger-ui.css", await File.ReadAllTextAsync(Path.Combine(Viewer, "swagger-ui.css"), Cancellation));
        Assert.Equal(7, Directory.GetFiles(Viewer).Length);
    }

    [Fact]
    public async Task What_has_another_hash_is_not_kept_and_without_a_registry_or_a_program_the_build_goes_on()
    {
        Assert.SkipUnless(Tool.Exists("curl"), "curl is not installed");
        var (package, script) = await MakePackageAsync();
        package[^1] ^= 1;
        await using var registry = await LoopbackServer.StartAsync(context => context.Response.Body.WriteAsync(package, context.RequestAborted).AsTask());
        Assert.Contains("has another hash", await RunAsync(script, "curl", registry.Url.ToString()));
        Assert.Contains("could not be fetched", await RunAsync(script, "curl", "http://127.0.0.1:1/"));
        Assert.Contains("could not be fetched", await RunAsync(script, null, registry.Url.ToString()));
        Assert.False(Directory.Exists(Viewer));
    }

    // The script as it is, but for the hash: of a package with the same names and other contents.
    private async Task<(byte[] Package, string Script)> MakePackageAsync()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tools", "fetch-docs-viewer"), Cancellation);
        Directory.CreateDirectory(_folder.File("package"));
        foreach (var name in Files().Match(text).Groups[1].Value.Split(' ')) await File.WriteAllTextAsync(_folder.File("package/" + name), "the file " + name, Cancellation);
        await Tool.RunAsync("tar", _folder.Path, "-czf", "package.tgz", "package");
        var package = await File.ReadAllBytesAsync(_folder.File("package.tgz"), Cancellation);
        var script = _folder.File("fetch");
        await File.WriteAllTextAsync(script, Integrity().Replace(text, "integrity=sha512-" + Convert.ToBase64String(SHA512.HashData(package))), Cancellation);
        return (package, script);
    }

    private async Task<string> RunAsync(string script, string? program, string? registry)
    {
        var path = Directory.CreateDirectory(_folder.File("bin-" + program)).FullName;
        foreach (var name in Programs.Append(program).OfType<string>().Where(name => !File.Exists(Path.Combine(path, name))))
        {
            File.CreateSymbolicLink(Path.Combine(path, name), Find(name));
        }

        var info = new ProcessStartInfo(Find("bash"), [script, Viewer]) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true };
        info.Environment.Clear();
        info.Environment["PATH"] = path;
        info.Environment["HOME"] = _folder.Path;
        info.Environment["no_proxy"] = "127.0.0.1";
        if (registry is not null) info.Environment["npm_config_registry"] = registry;
        using var process = Process.Start(info)!;
        var said = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        return said;
    }

    private static string Find(string name) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, name)).First(File.Exists);

    [GeneratedRegex(@"files=\(([^)]+)\)")]
    private static partial Regex Files();

    [GeneratedRegex("integrity=sha512-.+")]
    private static partial Regex Integrity();
}
