using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Images;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Sdk;

/// <summary>The two published packages' image calls against the sandbox over HTTP: it answers what OpenAI's own clients expect.</summary>
public sealed class ImageClientTests : IDisposable
{
    private const string Key = "sk-sandbox-openai-images";
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_dotnet_package_makes_pictures_of_the_size_and_kind_it_asks_for(bool isAsync)
    {
        await using var sandbox = await StartAsync();
        var client = Client(sandbox, "gpt-image-2");
        var options = new ImageGenerationOptions
        {
            Size = new GeneratedImageSize(1536, 864),
            Quality = new GeneratedImageQuality("low"),
            OutputFileFormat = GeneratedImageFileFormat.Jpeg,
            OutputCompressionFactor = 90,
            Background = GeneratedImageBackground.Opaque,
            ModerationLevel = GeneratedImageModerationLevel.Low,
            EndUserId = "user-1",
        };
        var token = TestContext.Current.CancellationToken;
        var one = (isAsync ? await client.GenerateImageAsync("a fox", cancellationToken: token) : client.GenerateImage("a fox", cancellationToken: token)).Value;
        await AssertPictureAsync(one.ImageBytes.ToArray(), "png", 1024, 1024);
        var two = (isAsync ? await client.GenerateImagesAsync("a fox", 2, options, token) : client.GenerateImages("a fox", 2, options, token)).Value;
        Assert.Equal(2, two.Count);
        foreach (var image in two) await AssertPictureAsync(image.ImageBytes.ToArray(), "mjpeg", 1536, 864);
        Assert.Equal((2L * 196 * 1536 * 864 / 1024 / 1024) / 10, two.Usage.OutputTokenCount / 10);
        Assert.All(sandbox.Submissions, row => Assert.Equal((true, "completed"), (row.Row.Accepted, row.State)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_dotnet_package_edits_with_and_without_a_mask(bool isAsync)
    {
        await using var sandbox = await StartAsync();
        var client = Client(sandbox, "gpt-image-1.5");
        var picture = PngImage.Gradient(640, 480);
        var options = new ImageEditOptions { Size = new GeneratedImageSize(1024, 1536) };
        var token = TestContext.Current.CancellationToken;
        using var bytes = new MemoryStream(picture);
        var plain = isAsync
            ? await client.GenerateImageEditAsync(bytes, "fox.png", "in autumn", options, token)
            : client.GenerateImageEdit(bytes, "fox.png", "in autumn", options, token);
        await AssertPictureAsync(plain.Value.ImageBytes.ToArray(), "png", 1024, 1536);
        using var again = new MemoryStream(picture);
        using var mask = new MemoryStream(Transparent(picture));
        var masked = isAsync
            ? await client.GenerateImageEditAsync(again, "fox.png", "in autumn", mask, "mask.png", options, token)
            : client.GenerateImageEdit(again, "fox.png", "in autumn", mask, "mask.png", options, token);
        await AssertPictureAsync(masked.Value.ImageBytes.ToArray(), "png", 1024, 1536);

        using var wrong = new MemoryStream(PngImage.Gradient(64, 64));
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() =>
            client.GenerateImageEditAsync(new MemoryStream(picture), "fox.png", "x", wrong, "mask.png", options, token));
        Assert.Equal(400, refusal.Status);
        Assert.Contains("mask", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_npm_package_makes_pictures()
    {
        await using var sandbox = await StartAsync();
        var result = await NodeScripts.RunAsync(new Uri(sandbox.BaseUrl, "/openai-images/v1"), Key, "images-generate");
        await AssertPicturesAsync(result.GetProperty("one"), 1, "png", 1024, 1024);
        Assert.StartsWith("req_", result.GetProperty("requestId").GetString());
        var several = result.GetProperty("several");
        await AssertPicturesAsync(several, 2, "webp", 1536, 864);
        Assert.Equal(("webp", "low", "1536x864"), (Text(several, "output_format"), Text(several, "quality"), Text(several, "size")));
        var usage = several.GetProperty("usage");
        Assert.Equal(
            usage.GetProperty("total_tokens").GetInt64(), usage.GetProperty("input_tokens").GetInt64() + usage.GetProperty("output_tokens").GetInt64());
        Assert.Equal(("BadRequestError", "size"), (Text(result.GetProperty("size"), "class"), Text(result.GetProperty("size"), "param")));
        Assert.Equal("moderation_blocked", Text(result.GetProperty("blocked"), "code"));
        Assert.Equal(2, sandbox.Submissions.Count(row => row.Row.Accepted));
    }

    [Fact]
    public async Task The_npm_package_edits_pictures_in_each_way_it_can_send_them()
    {
        await using var sandbox = await StartAsync();
        var picture = PngImage.Gradient(640, 480);
        await File.WriteAllBytesAsync(_folder.File("first.png"), picture, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_folder.File("mask.png"), Transparent(picture), TestContext.Current.CancellationToken);
        var result = await NodeScripts.RunAsync(
            new Uri(sandbox.BaseUrl, "/openai-images/v1"), Key, "images-edit", _folder.File("first.png"), _folder.File("mask.png"));
        await AssertPicturesAsync(result.GetProperty("stream"), 1, "png", 1024, 1536);
        await AssertPicturesAsync(result.GetProperty("file"), 1, "mjpeg", 1024, 1536);
        await AssertPicturesAsync(result.GetProperty("several"), 2, "png", 1024, 1536);
        await AssertPicturesAsync(result.GetProperty("masked"), 1, "png", 1024, 1536);

        // Three pictures were sent, and counted as such.
        var tokens = result.GetProperty("several").GetProperty("usage").GetProperty("input_tokens_details").GetProperty("image_tokens");
        Assert.Equal(3 * 256, tokens.GetInt32());
    }

    public void Dispose() => _folder.Dispose();

    private static Task<SandboxHost> StartAsync()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        return SandboxHost.StartAsync(new SandboxOptions { Duration = 0.05, Render = RenderMode.Cached });
    }

    private static ImageClient Client(SandboxHost sandbox, string model) => new(
        model, new ApiKeyCredential(Key), new OpenAIClientOptions { Endpoint = new Uri(sandbox.BaseUrl, "/openai-images/v1") });

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    // Only the header says how pixels are made, and nobody here looks at the pixels of a mask.
    private static byte[] Transparent(byte[] png)
    {
        byte[] copy = [.. png];
        copy[25] = 6;
        return copy;
    }

    private async Task AssertPicturesAsync(JsonElement answer, int count, string codec, int width, int height)
    {
        var pictures = answer.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(count, pictures.Count);
        foreach (var picture in pictures) await AssertPictureAsync(picture.GetProperty("b64_json").GetBytesFromBase64(), codec, width, height);
    }

    // Read by a program that had no part in this, every pixel of it.
    private async Task AssertPictureAsync(byte[] bytes, string codec, int width, int height)
    {
        await File.WriteAllBytesAsync(_folder.File("picture"), bytes, TestContext.Current.CancellationToken);
        var found = await Tool.RunAsync(
            "ffprobe", _folder.Path, "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "csv=p=0",
            "picture");
        Assert.Equal($"{codec},{width},{height},1", found.Trim());
    }
}
