"""Random training augmentation of a batch of RGBA pictures, in torch."""

import math

import torch
import torch.nn.functional as F


class Augment:
    def __init__(self, generator):
        self.g = generator

    def uniform(self, shape, low, high):
        return torch.rand(shape, generator=self.g) * (high - low) + low

    def chance(self, n, p):
        return (torch.rand(n, 1, 1, 1, generator=self.g) < p).float()

    def __call__(self, rgba, size=64):
        """rgba: uint8 [N, 4, H, W] → float RGB [N, 3, size, size] in 0..255."""
        x = rgba.float() / 255
        x[:, :3] *= x[:, 3:]
        x = self.affine(x, size)
        color, alpha = x[:, :3], x[:, 3:]
        color = self.jitter(color, alpha)
        image = color + (1 - alpha) * self.background(len(x), x.shape[-1])
        return (self.degrade(image).clamp(0, 1)) * 255

    def affine(self, x, size):
        n = len(x)
        angle = self.uniform(n, -15, 15) * math.pi / 180
        zoom = torch.exp(self.uniform(n, math.log(0.62), math.log(1.2)))
        stretch = torch.exp(self.uniform(n, -0.15, 0.15))
        shear = self.uniform(n, -0.15, 0.15)
        flip = (torch.rand(n, generator=self.g) < 0.5).float() * 2 - 1
        cos, sin = torch.cos(angle), torch.sin(angle)
        ax, ay = flip / (zoom * stretch), stretch / zoom
        theta = torch.stack([
            torch.stack([ax * cos, ax * (shear * cos - sin), self.uniform(n, -0.14, 0.14)], 1),
            torch.stack([ay * sin, ay * (shear * sin + cos), self.uniform(n, -0.14, 0.14)], 1),
        ], 1)
        grid = F.affine_grid(theta, [n, 4, size, size], align_corners=False)
        return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)

    def jitter(self, color, alpha):
        """Brightness, contrast, saturation, hue on premultiplied colour."""
        n = len(color)
        mean = color.mean((1, 2, 3), keepdim=True) / alpha.mean((1, 2, 3), keepdim=True).clamp(min=0.05)
        color = (color - mean * alpha) * self.uniform((n, 1, 1, 1), 0.7, 1.3) + mean * alpha
        color = color * self.uniform((n, 1, 1, 1), 0.7, 1.3)
        gray = color.mean(1, keepdim=True)
        saturation = self.uniform((n, 1, 1, 1), 0.5, 1.4) * (1 - self.chance(n, 0.06))
        color = gray + (color - gray) * saturation
        color = torch.einsum("nij,njhw->nihw", self.hue_rotation(n), color)
        return torch.minimum(color.clamp(min=0), alpha)

    def hue_rotation(self, n):
        wild = (torch.rand(n, generator=self.g) < 0.06).float()
        angle = self.uniform(n, -0.25, 0.25) * (1 - wild) + self.uniform(n, -math.pi, math.pi) * wild
        cos, sin = torch.cos(angle).view(n, 1, 1), torch.sin(angle).view(n, 1, 1)
        k = 1 / math.sqrt(3)
        cross = torch.tensor([[0, -k, k], [k, 0, -k], [-k, k, 0]]).view(1, 3, 3)
        return cos * torch.eye(3).view(1, 3, 3) + sin * cross + (1 - cos) / 3 * torch.ones(1, 3, 3)

    def background(self, n, size):
        """White for six in ten, otherwise a colour or a gradient of two."""
        a, b = self.uniform((n, 3, 1, 1), 0, 1), self.uniform((n, 3, 1, 1), 0, 1)
        angle = self.uniform((n, 1, 1, 1), 0, 2 * math.pi)
        axis = torch.linspace(-0.5, 0.5, size)
        t = axis.view(1, 1, 1, size) * torch.cos(angle) + axis.view(1, 1, size, 1) * torch.sin(angle)
        t = (t + 0.5).clamp(0, 1) * self.chance(n, 0.5)
        white = self.chance(n, 0.6)
        return white + (1 - white) * (a + (b - a) * t)

    def degrade(self, image):
        n = len(image)
        soft = F.avg_pool2d(F.pad(image, (1, 1, 1, 1), mode="replicate"), 3, 1)
        coarse = F.interpolate(image[:, :, ::2, ::2], scale_factor=2, mode="nearest")
        image = torch.lerp(image, soft, self.chance(n, 0.2) * self.uniform((n, 1, 1, 1), 0, 1))
        image = torch.lerp(image, coarse, self.chance(n, 0.08))
        noise = torch.randn(image.shape, generator=self.g)
        image = image + noise * self.chance(n, 0.4) * self.uniform((n, 1, 1, 1), 0, 0.06)
        return self.cutout(image)

    def cutout(self, image):
        """A grey square of up to a third of the side covers part of one picture in seven."""
        n, size = len(image), image.shape[-1]
        half = self.uniform((n, 1, 1, 1), 3, size / 6)
        cx, cy = self.uniform((n, 1, 1, 1), 0, size), self.uniform((n, 1, 1, 1), 0, size)
        axis = torch.arange(size).float()
        inside = ((axis.view(1, 1, 1, size) - cx).abs() < half) & ((axis.view(1, 1, size, 1) - cy).abs() < half)
        mask = inside.float() * self.chance(n, 0.15)
        return image * (1 - mask) + 0.5 * mask
