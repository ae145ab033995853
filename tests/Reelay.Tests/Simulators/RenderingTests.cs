using System.Diagnostics;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public sealed class RenderingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reelay-test-");

    [Theory]
    [InlineData("A fox; it's 100% \"real\": \\ [slow:0] {pts}", 320, 192, 2, 24)]
    [InlineData("一只狐狸在雪地里奔跑，镜头缓慢推进", 192, 320, 1.5, 16)]
    public async Task A_clip_has_exactly_the_size_length_and_rate_that_were_ordered(
        string prompt, int width, int height, double seconds, int fps)
    {
        SkipWithoutFfmpeg();
        string path = Path.Combine(_folder.FullName, "clip.mp4");
        ClipOrder order = new() { Key = "k", WidthPixels = width, HeightPixels = height, Seconds = seconds, Fps = fps, Prompt = prompt };
        await new FfmpegRenderer(TimeProvider.System).RenderAsync(order, path, TestContext.Current.CancellationToken);

        string video = await ProbeAsync("v:0", path);
        Assert.Equal($"h264,{width},{height},yuv420p,{fps}/1,{seconds * fps}", video.Trim());
        Assert.StartsWith("aac", await ProbeAsync("a:0", path));
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        Assert.True(bytes.AsSpan().IndexOf("moov"u8) < bytes.AsSpan().IndexOf("mdat"u8), "the index is not at the start");
    }

    [Fact]
    public async Task A_job_is_not_completed_before_its_file_is_there()
    {
        ManualTime time = new();
        GatedRenderer renderer = new();
        await using SandboxHost sandbox = await StartAsync(time, renderer, RenderMode.Full);
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("a fox");
        time.Advance(60);
        Answer waiting = await caller.GetAsync($"videos/{id}");
        Assert.Equal("in_progress", waiting.Word("status"));
        Assert.Equal(99, (int)waiting.Json["progress"]!);
        renderer.Gate.SetResult();
        await renderer.Rendered.Task;
        Answer content = await UntilContentAsync(caller, id);
        Assert.Equal("rendered", content.Text);
    }

    [Fact]
    public async Task Cached_clips_are_made_once_for_equal_size_length_and_rate()
    {
        ManualTime time = new();
        GatedRenderer renderer = new();
        renderer.Gate.SetResult();
        await using SandboxHost sandbox = await StartAsync(time, renderer, RenderMode.Cached);
        using Caller caller = Caller.To(sandbox);
        string[] ids = [await caller.CreateAsync("a fox"), await caller.CreateAsync("a cat")];
        time.Advance(6);
        foreach (string id in ids)
            Assert.Equal("rendered", (await UntilContentAsync(caller, id)).Text);
        Assert.Equal(1, renderer.Count);
    }

    [Fact]
    public async Task A_render_that_fails_is_replaced_by_the_stand_in()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await StartAsync(time, new FailingRenderer(), RenderMode.Full);
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("a fox");
        time.Advance(6);
        Assert.Equal(StandInClipStore.Clip.ToArray(), (await UntilContentAsync(caller, id)).Bytes);
        Assert.Equal(404, (await caller.GetAsync($"videos/{id}/content?variant=thumbnail")).Status);
    }

    [Fact]
    public async Task Thumbnail_and_spritesheet_are_made_from_the_clip()
    {
        SkipWithoutFfmpeg();
        ManualTime time = new();
        await using SandboxHost sandbox = await StartAsync(time, null, RenderMode.Cached);
        using Caller caller = Caller.To(sandbox, "vllm/v1", key: null);
        Answer created = await caller.PostFormAsync("videos", ("prompt", "x"), ("size", "320x192"), ("seconds", "1"));
        string key = created.Word("id")!;
        time.Advance(6);
        await UntilContentAsync(caller, key);
        ClipOrder order = sandbox.Core.Store.FindJob("vllm", key)!.Clip;
        Assert.Equal("image/webp", await TypeAsync(sandbox, order, ClipVariant.Thumbnail));
        Assert.Equal("image/jpeg", await TypeAsync(sandbox, order, ClipVariant.Spritesheet));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<string?> TypeAsync(SandboxHost sandbox, ClipOrder order, ClipVariant variant)
    {
        ClipFile? file = await sandbox.Core.Clips.OpenAsync(order, variant, TestContext.Current.CancellationToken);
        using MemoryStream bytes = new();
        await file!.Content.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        await file.Content.DisposeAsync();
        return ImageHeader.Read(bytes.ToArray())?.ContentType;
    }

    // The file is published on the renderer's own time; each read in between is a turn of the loop.
    private static async Task<Answer> UntilContentAsync(Caller caller, string id)
    {
        while (true)
        {
            Answer answer = await caller.GetAsync($"videos/{id}/content");
            if (answer.Status == 200)
                return answer;
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static async Task<string> ProbeAsync(string stream, string path)
    {
        const string entries = "stream=codec_name,width,height,pix_fmt,r_frame_rate,nb_frames";
        string[] arguments = ["-v", "error", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0", path];
        ProcessStartInfo start = new("ffprobe", arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }

    private static void SkipWithoutFfmpeg()
    {
        bool isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")) || File.Exists(Path.Combine(folder, "ffmpeg.exe")));
        Assert.SkipUnless(isThere, "ffmpeg is not installed");
    }

    private Task<SandboxHost> StartAsync(ManualTime time, IRenderer? renderer, RenderMode mode)
    {
        SandboxOptions options = World.Options(time);
        options.Render = mode;
        options.Renderer = renderer;
        options.DataFolder = _folder.FullName;
        return SandboxHost.StartAsync(options);
    }

    private sealed class GatedRenderer : IRenderer
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Rendered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; private set; }

        public async Task RenderAsync(ClipOrder order, string path, CancellationToken cancellationToken)
        {
            await Gate.Task.WaitAsync(cancellationToken);
            Count++;
            await File.WriteAllTextAsync(path, "rendered", cancellationToken);
            Rendered.TrySetResult();
        }

        public Task PictureAsync(string clipPath, ClipVariant variant, string path, CancellationToken cancellationToken) =>
            throw new RenderException("no pictures");
    }

    private sealed class FailingRenderer : IRenderer
    {
        public Task RenderAsync(ClipOrder order, string path, CancellationToken cancellationToken) =>
            throw new RenderException("ffmpeg is not there");

        public Task PictureAsync(string clipPath, ClipVariant variant, string path, CancellationToken cancellationToken) =>
            throw new RenderException("ffmpeg is not there");
    }
}
