using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Docs;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_curl_lines_of_the_readme_give_a_file_of_the_ordered_size_and_length()
    {
        Assert.SkipUnless(Tool.Exists("ffprobe") || Environment.GetEnvironmentVariable("REELAY_CI") is not null, "ffprobe is not installed.");
        await using var gateway = await GatewayHost.StartAsync(
            sandboxOptions: new SandboxOptions { Duration = 0.3, Render = RenderMode.Cached });
        var folder = Directory.CreateTempSubdirectory("reelay-readme-");
        try
        {
            await Tool.RunAsync("bash", folder.FullName, "-ec", FirstBashBlock().Replace("http://127.0.0.1:8080", gateway.BaseUrl.ToString().TrimEnd('/')));
            var probed = await Tool.RunAsync(
                "ffprobe", folder.FullName, "-v", "error", "-select_streams", "v", "-show_entries",
                "stream=codec_name,width,height,duration", "-of", "csv=p=0", "boat.mp4");
            Assert.Equal("h264,1280,720,4.000000", probed.Trim());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string FirstBashBlock() => string.Join('\n', File.ReadLines(Path.Combine(Repository.Root, "README.md"))
        .SkipWhile(line => line != "```bash").Skip(1).TakeWhile(line => line != "```"));
}
