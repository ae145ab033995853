using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;

namespace Reelay.Tests.Flows;

/// <summary>Pictures from pictures: every way to send one, as many as the model takes, in the caller's order.</summary>
public sealed class ImageReferenceFlowTests(ImageReferenceFlowTests.World world) : IClassFixture<ImageReferenceFlowTests.World>
{
    private static readonly string[] Ways = ["data_url", "base64", "link", "link_object", "file_id", "own_file", "own_content"];

    /// <summary>Plain pictures for everything.</summary>
    public sealed class World : FlowWorld
    {
        private string? _earlier;

        /// <summary>A picture that was made here before.</summary>
        internal async Task<string> EarlierAsync() =>
            _earlier ??= (await CompleteAsync(new { model = "gpt-image-2", prompt = FlowWorld.Prompt(), quality = "low" })).Id;
    }

    [Theory]
    [InlineData("data_url")]
    [InlineData("base64")]
    [InlineData("link")]
    [InlineData("link_object")]
    [InlineData("file_id")]
    [InlineData("own_file")]
    [InlineData("own_content")]
    public async Task One_picture_is_edited_however_it_is_sent(string way)
    {
        var (reference, bytes) = await ReferenceAsync(way, 0);
        await EditAsync(new JsonObject { ["image"] = reference }, [bytes]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    public async Task Several_pictures_go_upstream_in_the_order_they_were_named(int count)
    {
        var (references, expected) = (new JsonArray(), new List<byte[]>());
        for (var index = 0; index < count; index++)
        {
            var (reference, bytes) = await ReferenceAsync(Ways[(index + count) % Ways.Length], index);
            references.Add(reference);
            expected.Add(bytes);
        }

        await EditAsync(new JsonObject { ["images"] = references, ["tier"] = "2k" }, expected);
    }

    [Theory]
    [InlineData(1, "image")]
    [InlineData(2, "image")]
    [InlineData(16, "image[]")]
    public async Task File_parts_go_upstream_as_they_are(int count, string name)
    {
        var prompt = FlowWorld.Prompt();
        var pictures = Enumerable.Range(0, count).Select(Picture).ToList();
        var form = Uploads.Form([("model", "gpt-image-2"), ("prompt", prompt), ("quality", "low"), .. pictures.Select(picture => (name, (object)picture))]);
        var made = await world.CheckAsync(await world.MakeFormAsync(form));
        Assert.Equal("edit", made.Effective.Text("mode"));
        AssertSent(prompt, pictures);
    }

    [Fact]
    public async Task A_mask_goes_with_the_first_picture()
    {
        var prompt = FlowWorld.Prompt();
        var (picture, mask) = (Picture(0), Picture(0));
        mask[25] = 6; // The header says that its pixels are transparent; nobody here looks further.
        var form = Uploads.Form(("model", "gpt-image-2"), ("prompt", prompt), ("quality", "low"), ("image", picture), ("mask", mask));
        await world.CheckAsync(await world.MakeFormAsync(form));
        AssertSent(prompt, [picture], mask);

        var second = FlowWorld.Prompt();
        await world.CompleteAsync(new
        {
            model = "gpt-image-1.5",
            prompt = second,
            image = Convert.ToBase64String(picture),
            mask = DataUrl(mask),
            input_fidelity = "high",
        });
        AssertSent(second, [picture], mask);
        Assert.Equal("high", world.Wire.Create(second).Field("input_fidelity"));
    }

    [Fact]
    public async Task A_seventeenth_picture_is_refused_and_nothing_is_kept_or_sent()
    {
        var prompt = FlowWorld.Prompt();
        var before = world.Gateway.Stored("inputs").Length;
        var links = Enumerable.Range(0, 17).Select(index => $"https://example.com/{index}.png").ToArray();
        Assert.Equal((400, "too_many_references", "images[16]"), await world.RefuseAsync(new { model = "gpt-image-2", prompt, images = links }));
        using var form = Uploads.Form([("model", "gpt-image-2"), ("prompt", prompt), .. Enumerable.Range(0, 17).Select(index => ("image", (object)Picture(index)))]);
        var error = (await world.Gateway.PostAsync("/v1/videos", form)).Error(400);
        Assert.Equal("too_many_references", error.Text("code"));
        Assert.Contains("16", error.Text("message"));
        Assert.Empty(world.Submissions(prompt));
        Assert.Equal(before, world.Gateway.Stored("inputs").Length);
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_fails_the_task_and_gives_the_money_back()
    {
        var prompt = FlowWorld.Prompt();
        var video = await world.MakeAsync(new { model = "gpt-image-2", prompt, image = "https://example.com/page.html" });
        await world.CheckFailedAsync(video, "reference_unavailable");
        Assert.Empty(world.Submissions(prompt));
    }

    [Fact]
    public async Task Another_accounts_pictures_are_not_found()
    {
        var file = (await world.Gateway.UploadAsync(Picture(0))).Text("id");
        var earlier = await world.EarlierAsync();
        using var other = world.Gateway.NewClient(world.Gateway.AdminKey);
        foreach (var image in new object[] { new { file_id = file }, world.Url($"/v1/files/{file}"), world.Url($"/v1/videos/{earlier}/content") })
        {
            var answer = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "gpt-image-2", prompt = "x", image }, other);
            Assert.Equal(404, answer.Status);
        }
    }

    private async Task EditAsync(JsonObject order, IReadOnlyList<byte[]> expected)
    {
        var prompt = FlowWorld.Prompt();
        (order["model"], order["prompt"], order["quality"]) = ("gpt-image-2", prompt, "low");
        var made = await world.CompleteAsync(order);
        var size = order.ContainsKey("tier") ? "2048x2048" : "1024x1024";
        Assert.Equal(("edit", size), (made.Effective.Text("mode"), made.Effective.Text("size")));
        Assert.Equal(size, $"{made.Content.Facts.WidthPixels}x{made.Content.Facts.HeightPixels}");
        Assert.Equal(order.ContainsKey("tier") ? 25_000 : 10_000, made.SettledMicros);
        AssertSent(prompt, expected);
    }

    private void AssertSent(string prompt, IReadOnlyList<byte[]> pictures, byte[]? mask = null)
    {
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/openai-images/v1/images/edits", sent.Url.AbsolutePath);
        var parts = sent.Parts().Where(part => part.FileName is not null).ToList();
        var field = pictures.Count == 1 ? "image" : "image[]";
        Assert.Equal([.. pictures.Select(_ => field), .. mask is null ? [] : (string[])["mask"]], parts.Select(part => part.Name));
        Assert.Equal([.. pictures.Select(Hash), .. mask is null ? [] : (string[])[Hash(mask)]], parts.Select(part => Hash(part.Bytes)));
        Assert.EndsWith($"edit of {pictures.Count}", world.Job(prompt).Clip.Parameters);
    }

    // Each has a size of its own, so that no two can be mistaken for each other.
    private static byte[] Picture(int index) => PngImage.Gradient(400 + index, 300);

    private async Task<(JsonNode Reference, byte[] Bytes)> ReferenceAsync(string way, int index)
    {
        var bytes = Picture(index);
        switch (way)
        {
            case "data_url":
                return (DataUrl(bytes), bytes);
            case "base64":
                return (Convert.ToBase64String(bytes), bytes);
            case "link":
                return ($"https://example.com/boat-{index}.png?size={400 + index}x300", bytes);
            case "link_object":
                return (new JsonObject { ["url"] = $"https://example.com/other-{index}.jpg?size={400 + index}x300" }, bytes);
            case "file_id":
                return (new JsonObject { ["file_id"] = (await world.Gateway.UploadAsync(bytes)).Text("id") }, bytes);
            case "own_file":
                return (world.Url($"/v1/files/{(await world.Gateway.UploadAsync(bytes)).Text("id")}/content"), bytes);
            default:
                var id = await world.EarlierAsync();
                return (world.Url($"/v1/videos/{id}/content"), (await world.DownloadAsync(id)).Bytes);
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string DataUrl(byte[] bytes) => "data:image/png;base64," + Convert.ToBase64String(bytes);
}
